import { expect } from "chai";
import { OperatorError, createPrng, type Prng } from "../../common/index.ts";
import {
  createExecutor,
  decodeProgram,
  encodeProgram,
  outputWords,
  presentEngines,
  workUnitsPerStep,
  type Dataset,
  type Program,
} from "../../engine/index.ts";
import { trainings } from "../hardware/trainings.ts";
import { mutatedBytes } from "./wire.ts";

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 20_261_126);
/** Changed programs; `npm run test:deep` asks for 100,000. */
const cases = Number(process.env.PINPOINT_FUZZ_CASES ?? 2_000);

/** Words and work of a step up to which an accepted program is also run. */
const mostWords = 2 ** 18;
const mostWork = 2n ** 23n;

/** Little-endian words with some of them changed by a little, or to a border. */
function mutatedWords(random: Prng, bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  for (let changes = 1 + random.below(2); changes > 0; changes--) {
    const at = 4 * random.below(changed.length / 4);
    const near = view.getUint32(at, true) + random.below(5) - 2;
    const border = random.pick([0, 1, 2, 255, 256, 1024, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]);
    view.setUint32(at, (random.below(3) === 0 ? border : near) >>> 0, true);
  }
  return changed;
}

/** Tensors of random words for what the program declares; indices among them too large. */
function inputOf(random: Prng, program: Program) {
  const words = (count: number) =>
    Uint32Array.from({ length: count }, () => (random.below(2) === 0 ? random.below(9) : random.u32()));
  const samples = random.below(4);
  const dataset: Dataset = {
    samples,
    fields: program.fields.map(({ dtype, length }) => ({
      dtype,
      length,
      stride: length,
      words: words(samples * length),
    })),
  };
  return { program, constants: program.constants.map((constant) => words(constant.words)), dataset };
}

function isSmall(program: Program): boolean {
  const tensors = [...program.states, ...program.constants].map(({ words }) => words);
  const fields = program.fields.map(({ length }) => 4 * length);
  const total = [...tensors, ...fields, ...program.operators.map(outputWords)].reduce((sum, count) => sum + count, 0);
  return total <= mostWords && workUnitsPerStep(program) <= mostWork;
}

/** Every output of a step, by each engine. */
async function outputsOf(random: Prng, program: Program): Promise<Uint32Array[][]> {
  const input = inputOf(random, program);
  const state = program.states.map(({ words }) => Uint32Array.from({ length: words }, () => random.u32()));
  const step = {
    step: random.below(1000),
    seed: random.u32(),
    order: random.pick(["sequential", "shuffled"] as const),
  };
  return Promise.all(
    (await presentEngines()).map(async (engine) => {
      const executor = await createExecutor(engine, input);
      const outputs: Uint32Array[] = [];
      executor.setState(state);
      executor.step(step, { onOutput: (_operator, words) => outputs.push(words.slice()) });
      return outputs;
    }),
  );
}

describe(`changed program encodings, ${cases} of them (seed ${seed})`, function () {
  this.timeout(3_600_000);

  it("are refused in a sentence, or run alike on every engine", async () => {
    const random = createPrng(seed);
    const originals = trainings().map(({ program }) => encodeProgram(program).bytes);
    const codes = new Map<string, number>();
    let ran = 0;
    for (let number = 0; number < cases; number++) {
      const change = random.below(4) === 0 ? mutatedBytes : mutatedWords;
      const bytes = change(random, random.pick(originals));
      let outcome = "accepted";
      let program: Program | undefined;
      try {
        program = decodeProgram(bytes);
      } catch (error) {
        if (!(error instanceof OperatorError)) throw error;
        outcome = error.code;
      }
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
      if (program === undefined || !isSmall(program)) continue;
      const [reference, ...others] = await outputsOf(random, program);
      for (const outputs of others)
        expect(outputs, `case ${number}: ${Buffer.from(bytes).toString("base64")}`).to.deep.equal(reference);
      ran++;
    }
    const rows = [...codes].toSorted(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${count}`);
    console.log(`      ${cases} programs: ${rows.join(", ")}; ${ran} run`);
    expect(ran).to.be.greaterThan(0);
  });
});
