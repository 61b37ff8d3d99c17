import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import {
  canonicalWord,
  mapSignatures,
  nastyWords,
  outputWords,
  programOfCases,
  randomCases,
  type MapFunction,
  type OperatorKind,
} from "../../../engine/index.ts";
import { executorImplementation } from "../../conformance/implementations/executor.ts";
import { deployArbiter } from "./arbiter.ts";
import { Court } from "./court.ts";
import { deployArithmetic, once } from "./harness.ts";

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 0x5eed0009);
/** Elements of each operator kind, and points of each Map function; `npm run test:deep` asks for 10,000. */
const elements = Number(process.env.PINPOINT_ELEMENTS ?? 60);

const casesInProgram = 12;
/** Elements of one random operator, the first and the last among them. */
const elementsOfCase = 8;

const wasm = executorImplementation("wasm");
const arbiter = once(deployArbiter);
const arithmetic = once(deployArithmetic);

describe(`random elements of awkward operators, WebAssembly against the arbiter (seed ${seed.toString(16)})`, function () {
  this.timeout(3_600_000);

  for (const kind of Object.keys(randomCases) as OperatorKind[]) {
    it(`${kind}: ${elements} elements`, async () => {
      const { judge } = await arbiter();
      const random = createPrng(seed + kind.length * 7 + kind.charCodeAt(1));
      for (let done = 0; done < elements;) {
        const input = programOfCases(Array.from({ length: casesInProgram }, () => randomCases[kind](random)));
        const order = random.pick(["sequential", "shuffled"] as const);
        const context = { step: random.pick([0, 1, 5, 1000, 0x40000000]), seed: random.u32(), order };
        const start = [nastyWords(random, "f32", 1)];
        const court = await Court.open({ ...input, start }, context, "wasm");
        for (const [operator, example] of input.program.operators.slice(0, casesInProgram).entries()) {
          const words = outputWords(example);
          const chosen = [0, words - 1, ...Array.from({ length: elementsOfCase - 2 }, () => random.below(words))];
          for (const element of chosen.slice(0, elements - done)) {
            const { verdict, claimed, expected } = await judge(court.question(operator, element));
            const where = `element ${element} of ${JSON.stringify(example)}`;
            expect(expected, where).to.equal(claimed);
            expect(verdict, where).to.equal("ChallengerWrong");
            done++;
          }
        }
      }
    });
  }

  for (const fn of Object.keys(mapSignatures) as MapFunction[]) {
    it(`${fn}: ${elements} points`, async () => {
      const harness = await arithmetic();
      const { arity, code, takes, gives } = mapSignatures[fn];
      const random = createPrng(seed + code);
      const columns = Array.from({ length: arity }, () => nastyWords(random, takes, elements));
      const expected = await wasm.mapFunction(fn, columns);
      // The harness has the function alone; NaNs are made one where an operator reads and writes.
      const read = takes === "f32" ? columns.map((column) => column.map(canonicalWord)) : columns;
      const values = await harness.map(code, read);
      const actual = gives === "f32" ? values.map(canonicalWord) : values;
      const wrong = actual.findIndex((word, i) => word !== expected[i]);
      expect(wrong, `point ${wrong}: ${columns.map((column) => column[wrong]).join(" ")}`).to.equal(-1);
    });
  }
});
