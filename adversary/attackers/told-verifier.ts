import { Verifier, type Found } from "../honest/verifier.ts";
import type { Look } from "../party.ts";
import type { Call } from "../../protocol/index.ts";

/** A verifier who replays nothing, and attests the drawn states that the solver tells him. */
export class ToldVerifier extends Verifier {
  protected override found(look: Look, k: number): Found {
    const truth = this.solver.claims.executions[k]!.onGrid[look.job.place(k).index]!;
    return { root: this.obeyed(look, k, truth), truth };
  }

  protected override *accuse(_look: Look): Iterable<Call> {}
}
