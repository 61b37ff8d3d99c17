import { expect } from "chai";
import { createPrng } from "../../../../common/index.ts";
import { stateCommitment } from "../../../commit/state.ts";
import { stateRoot, traceCommitment } from "../../../commit/trace.ts";
import { commitTensor } from "../../../commit/tensor.ts";
import type { ExecutorInput } from "../../../execution.ts";
import type { Operator } from "../../../program/types.ts";
import { createReferenceExecutor } from "../../reference/executor.ts";
import { programOfCases, type OperatorCase } from "../random-operators.ts";
import type { Create } from "./reference-step.ts";

const SEED = 20_261_127;
const context = { step: 1, seed: SEED, order: "sequential" } as const;

/** Words of outputs: part of a chunk, whole ones, every number of leaves in a vector's lanes, odd levels, several threads' ranges. */
const sizes = [1, 255, 256, 257, 512, 700, 4 * 256, 4097, 8 * 256 - 1, 9 * 256, 16 * 256, 17 * 256 + 1];
const larger = [31 * 256 + 3, 33 * 256, 65 * 256, 127 * 256 + 200, 128 * 256, 129 * 256 + 1, 200_001, 1025 * 256 + 9];

/** Copies of random words, one operator a size. */
function copies(): ExecutorInput {
  const random = createPrng(SEED);
  return programOfCases(
    [...sizes, ...larger].map((size): OperatorCase => {
      const words = Uint32Array.from({ length: size }, () => random.u32());
      const operands: Operator["operands"] = [{ ref: { space: "constant", index: 0 }, offset: 0, strides: [1] }];
      const instructions = [{ fn: "id", a: 0, b: 0, c: 0, imm: 0 }] as const;
      const operator: Operator = { kind: "Map", dtype: "f32", extents: [size], operands, instructions };
      return { operator, tensors: [{ dtype: "f32", words }], fieldStride: 0 };
    }),
  );
}

/** Differential tests of an engine's hashes of outputs. To be called inside a `describe`. */
export function hashSuite(create: Create): void {
  const input = copies();

  for (const threads of [1, 2, 3])
    it(`are those of a tensor in memory on ${threads} threads (seed ${SEED})`, async () => {
      const executor = await create(input, { threads, leastWork: 1 });
      let compared = 0;
      for (const step of [1, 2]) {
        const onOutput = (operator: number, words: Uint32Array, nodes?: Uint8Array) => {
          const expected = commitTensor(words.slice(), input.program.operators[operator]!.dtype).chunkTree.nodes();
          expect(Buffer.compare(nodes!, expected), `${words.length} words`).to.equal(0);
          compared++;
        };
        executor.step({ ...context, step }, { hashes: true, onOutput });
      }
      expect(compared).to.equal(2 * (sizes.length + larger.length + 1));
      await executor.close();
    });

  it("make the reference's trace, with a bit flipped before they are made", async () => {
    const executor = await create(input, { threads: 2 });
    const start = [Uint32Array.of(7)];
    for (const flip of [undefined, { operator: sizes.length, element: 5, bit: 3 }]) {
      const options = flip === undefined ? {} : { flip };
      const [expected, actual] = [createReferenceExecutor(input), executor].map((run) =>
        traceCommitment(run, input.program, start, context, options),
      );
      expect(actual!.left.root).to.deep.equal(expected!.left.root);
      expect(actual!.stateRoot).to.deep.equal(expected!.stateRoot);
      expect(stateRoot(executor, input.program)).to.deep.equal(expected!.stateRoot);
      executor.setState(start);
      expect(stateRoot(executor, input.program)).to.deep.equal(stateCommitment(start, input.program).root);
    }
    await executor.close();
  });
}
