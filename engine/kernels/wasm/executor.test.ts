import { expect } from "chai";
import { OperatorError, createPrng } from "../../../common/index.ts";
import type { Dataset } from "../../dataset.ts";
import type { Engine, ExecutorInput, Executor, Flip } from "../../execution.ts";
import { createExecutor } from "../../executor.ts";
import { classifierOperators, classifierProgram, halvingProgram } from "../../program/example.ts";
import type { Operator, StepContext } from "../../program/types.ts";
import { findNative } from "../native/index.ts";
import { nastyWords } from "./nasty-words.ts";

const SEED = 31;
const STEPS = 12;

/** The classifier over random samples. Rates end before the steps do, and samples before the field does. */
function classifier(): ExecutorInput {
  const random = createPrng(SEED);
  const floats = (count: number) => Float32Array.from({ length: count }, () => random.unit() - 0.5);
  const constants = [new Uint32Array(floats(9).buffer), Uint32Array.of(0, 1, 2)];
  const x = { dtype: "f32", words: new Uint32Array(floats(400).buffer), stride: 6, length: 6 } as const;
  const y = {
    dtype: "i32",
    words: Uint32Array.from({ length: 71 }, () => random.below(3)),
    stride: 1,
    length: 1,
  } as const;
  const root = new Uint8Array(32);
  return {
    program: classifierProgram({ words: 9, root }, root),
    constants,
    dataset: { samples: 71, fields: [x, y] },
  };
}

/** The same dataset, whose words the executor can only ask for. */
function outside({ samples, fields }: Dataset): Dataset {
  const asked = fields.map(({ words, ...rest }) => {
    return { ...rest, words: { length: words.length, subarray: words.subarray.bind(words) } };
  });
  return { samples, fields: asked };
}

/** Every output of a run of steps, and the state after it. */
function traceOf(executor: Executor, contexts: readonly StepContext[], flip?: Flip): Uint32Array[] {
  const outputs: Uint32Array[] = [];
  for (const context of contexts)
    executor.step(context, { ...(flip && { flip }), onOutput: (_, words) => outputs.push(words.slice()) });
  return [...outputs, ...executor.getState()];
}

for (const engine of ["wasm", "native"] as const) describeExecutor(engine);

function describeExecutor(engine: Engine): void {
  describe(`${engine} executor`, function () {
    this.timeout(60_000);

    before(async function () {
      const { absence } = await findNative();
      if (engine !== "native" || absence === undefined) return;
      console.log(`      skipped: ${absence}`);
      this.skip();
    });

    const contexts = (order: StepContext["order"]) =>
      Array.from({ length: STEPS }, (_, step): StepContext => ({ step, seed: 0xdeadbeef, order }));

    for (const order of ["sequential", "shuffled"] as const) {
      it(`gives every output of ${STEPS} ${order} steps as the reference does`, async () => {
        const input = classifier();
        const state = [nastyWords(createPrng(SEED), "f32", 18).map((word) => word & 0x3fffffff), Uint32Array.of(5)];
        const [expected, actual] = await Promise.all(
          (["reference", engine] as const).map(async (name) => {
            const executor = await createExecutor(name, input);
            expect(executor.engine).to.equal(name);
            executor.setState(state);
            return traceOf(executor, contexts(order));
          }),
        );
        expect(actual).to.deep.equal(expected);
        expect(actual!.at(-1)).to.deep.equal(Uint32Array.of(5 + STEPS));
      });
    }

    it("gives them with two and three threads, flipped bits too", async () => {
      const flip = { operator: classifierOperators.logits, element: 7, bit: 30 };
      for (const more of [undefined, flip]) {
        const reference = await createExecutor("reference", classifier());
        const expected = traceOf(reference, contexts("shuffled"), more);
        for (const threads of [2, 3]) {
          const executor = await createExecutor(engine, classifier(), { threads, leastWork: 1 });
          expect(traceOf(executor, contexts("shuffled"), more), `${threads} threads`).to.deep.equal(expected);
          await executor.close();
        }
      }
    });

    for (const order of ["sequential", "shuffled"] as const) {
      it(`gives them from a dataset that is read when a step needs it, ${order}`, async () => {
        const input = classifier();
        const expected = traceOf(await createExecutor("reference", input), contexts(order));
        const streamed = { ...input, dataset: outside(input.dataset) };
        const reference = await createExecutor("reference", streamed);
        expect(traceOf(reference, contexts(order))).to.deep.equal(expected);
        for (const threads of [1, 2]) {
          const executor = await createExecutor(engine, streamed, { threads, leastWork: 1 });
          expect(traceOf(executor, contexts(order)), `${threads} threads`).to.deep.equal(expected);
          await executor.close();
        }
      });
    }

    it("needs no memory for such a dataset", async () => {
      const { program, constants, dataset } = classifier();
      const read: number[] = [];
      const subarray = (start: number, end: number) => (read.push(start), new Uint32Array(end - start));
      const fields = dataset.fields.map((field) => ({ ...field, words: { length: 2 ** 31 - 1, subarray } }));
      const executor = await createExecutor(engine, { program, constants, dataset: { samples: 2 ** 28, fields } });
      executor.step({ step: 2 ** 25, seed: 0, order: "sequential" });
      expect(Math.max(...read)).to.equal((4 * 2 ** 25 + 3) * 6);
    });

    it("carries on from a flipped bit as the reference does", async () => {
      const flip = { operator: classifierOperators.logits, element: 7, bit: 30 };
      const [reference, fast] = await Promise.all(
        (["reference", engine] as const).map(async (name) =>
          traceOf(await createExecutor(name, classifier()), contexts("shuffled"), flip),
        ),
      );
      const honest = traceOf(await createExecutor(engine, classifier()), contexts("shuffled"));
      expect(fast).to.deep.equal(reference);
      expect(fast).to.not.deep.equal(honest);
    });

    it("copies states in and out and refuses another program's", async () => {
      const input = { program: halvingProgram(), constants: [], dataset: { samples: 0, fields: [] } };
      const executor = await createExecutor(engine, input);
      expect(executor.getState()).to.deep.equal([new Uint32Array(3)]);
      const state = new Uint32Array(Float32Array.of(2, -0, 6).buffer);
      executor.setState([state]);
      executor.getState()[0]!.fill(1);
      executor.step({ step: 0, seed: 0, order: "sequential" });
      expect(executor.getState()).to.deep.equal([new Uint32Array(Float32Array.of(1, -0, 3).buffer)]);
      expect(() => executor.setState([new Uint32Array(2)]))
        .to.throw(OperatorError)
        .with.property("code", "state-mismatch");
    });

    it("refuses a program whose tensors exceed the memory", async () => {
      const producer: Operator = {
        kind: "Map",
        dtype: "f32",
        extents: [2 ** 30],
        operands: [{ ref: { space: "state", index: 0 }, offset: 0, strides: [1] }],
        instructions: [{ fn: "id", a: 0, b: 0, c: 0, imm: 0 }],
      };
      const states = [{ dtype: "f32", words: 2 ** 30 }] as const;
      const program = { states, fields: [], constants: [], operators: [producer], batch: 1 };
      const refused = await createExecutor(engine, {
        program,
        constants: [],
        dataset: { samples: 0, fields: [] },
      }).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(refused).to.be.instanceOf(OperatorError).with.property("code", "program-too-large");
    });
  });
}
