import { audit, commitment, deposit, goodTerms, readJob, rootsOf, submit, word } from "../support/jobs.ts";
import { freshWorld, type World } from "../support/world.ts";

/**
 * A reorganisation gives a job's number to another job, and what was signed for the one is mined for the other. Nothing may
 * come of it that its sender did not mean.
 */
describe("attack: another job under the same number", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  /** The number, and the hash of the terms that stood under it before. */
  async function exchanged(): Promise<{ jobId: bigint; before: string }> {
    const { solver } = world.accounts;
    const terms = await goodTerms(world);
    await deposit(world, solver, 2n * terms.stake);
    const jobId = await submit(world, { ...terms, seed: 8 });
    // The job before it differs in what it computes; only its hash is needed.
    const other = await submit(world, terms);
    const { termsHash: before } = await readJob(world, other);
    return { jobId, before };
  }

  it("an acceptance of the one is refused by the other", async () => {
    const { solver } = world.accounts;
    const { jobId, before } = await exchanged();
    const { termsHash } = await readJob(world, jobId);
    const values = [jobId, termsHash, before];
    await world.fails(solver, world.market, "accept", [jobId, before, ""], "WrongTerms", values);
  });

  it("a dispute of the one is refused by the other, whose roots are its own", async () => {
    const { solver, challenger } = world.accounts;
    const { jobId } = await exchanged();
    await world.send(solver, world.market, "accept", [jobId, (await readJob(world, jobId)).termsHash, ""]);
    await world.send(solver, world.market, "commit", await commitment(world, jobId, 0));
    const old = word(0xbad);
    const [own] = rootsOf(0);
    const args = [jobId, 0, old, word(99)];
    await world.fails(challenger, world.pinpoint, "open", args, "WrongEndRoot", [own, old]);
  });

  it("a commitment of the one is refused by the other", async () => {
    const { solver } = world.accounts;
    const { jobId, before } = await exchanged();
    const { termsHash } = await readJob(world, jobId);
    await world.send(solver, world.market, "accept", [jobId, termsHash, ""]);
    const args = [jobId, before, 0, word(0xbad), word(0xbad)];
    await world.fails(solver, world.market, "commit", args, "WrongTerms", [jobId, termsHash, before]);
  });
});
