import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "viem";
import { OperatorError, toHex } from "../../../common/index.ts";
import { decodeState, encodeState, stateCommitment, type Program, type State } from "../../../engine/index.ts";

/** What an interrupted run goes on from: small facts as JSON, and states under the number of steps before them. */
export class RunFolder {
  readonly #path: string;

  constructor(path: string) {
    mkdirSync(path, { recursive: true });
    this.#path = path;
  }

  /** Facts that were put, if they were. */
  get<Facts>(name: string): Facts | undefined {
    const file = join(this.#path, `${name}.json`);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Facts) : undefined;
  }

  put(name: string, facts: unknown): void {
    this.#write(`${name}.json`, `${JSON.stringify(facts, null, 2)}\n`);
  }

  /** Refuses to mix what was run before with something else. @throws OperatorError `other-run` */
  claim(facts: unknown): void {
    const before = this.get("run");
    if (before === undefined) this.put("run", facts);
    else if (JSON.stringify(before) !== JSON.stringify(facts)) {
      const message = `${this.#path} holds another segment's states: delete it, or give another folder by --dir.`;
      throw new OperatorError("other-run", message, { before, facts });
    }
  }

  putState(step: number, state: State): void {
    this.#write(`state-${step}.bin`, encodeState(state));
  }

  /** @throws OperatorError `state-damaged` where it has not the root */
  state(step: number, program: Program, root: Hex): State {
    const file = join(this.#path, `state-${step}.bin`);
    const state = decodeState(readFileSync(file), program);
    if (toHex(stateCommitment(state, program).root) === root) return state;
    throw new OperatorError("state-damaged", `${file} is damaged: delete its folder, and run it again.`, { root });
  }

  dropState(step: number): void {
    rmSync(join(this.#path, `state-${step}.bin`), { force: true });
  }

  /** Whole or not at all. */
  #write(name: string, content: string | Uint8Array): void {
    const file = join(this.#path, name);
    writeFileSync(`${file}.new`, content);
    renameSync(`${file}.new`, file);
  }
}
