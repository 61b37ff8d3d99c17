import { expect } from "chai";
import { OperatorError } from "../common/index.ts";
import { commitTensor } from "./commit/tensor.ts";
import type { Dataset } from "./dataset.ts";
import type { ExecutorInput, Flip } from "./execution.ts";
import { createExecutor } from "./executor.ts";
import { canonicalNaN, floatOf, floatsOf } from "./kernels/reference/words.ts";
import { classifierOperators, classifierProgram, halvingProgram } from "./program/example.ts";
import type { Program } from "./program/types.ts";

const words = (...values: number[]) => new Uint32Array(Float32Array.from(values).buffer);
const none: Dataset = { samples: 0, fields: [] };
const context = { step: 0, seed: 1, order: "sequential" } as const;

/** Four samples that are the rows of a matrix, and their classes. */
function classifier(): ExecutorInput {
  const rates = words(1, 1, 0.5, 0.5, 0.5);
  const classes = Uint32Array.of(0, 1, 2);
  const rows = [1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 4, 0, 0];
  return {
    program: classifierProgram({ words: 5, root: commitTensor(rates, "f32").root }, commitTensor(classes, "i32").root),
    constants: [rates, classes],
    dataset: {
      samples: 4,
      fields: [
        { dtype: "f32", words: words(...rows), stride: 6, length: 6 },
        { dtype: "i32", words: Uint32Array.of(0, 1, 2, 0), stride: 1, length: 1 },
      ],
    },
  };
}

async function outputsOf(input: ExecutorInput, flip?: Flip) {
  const executor = await createExecutor("reference", input);
  const outputs: Uint32Array[] = [];
  executor.step(context, { ...(flip && { flip }), onOutput: (j, output) => (outputs[j] = output.slice()) });
  return { outputs, state: executor.getState() };
}

describe("reference executor", () => {
  it("runs the example of the specification", async () => {
    const executor = await createExecutor("reference", { program: halvingProgram(), constants: [], dataset: none });
    expect(executor.engine).to.equal("reference");
    executor.setState([words(1, -0, 3)]);
    executor.step(context);
    executor.step({ ...context, step: 1 });
    expect(executor.getState()).to.deep.equal([words(0.25, -0, 0.75)]);
  });

  it("starts from zero words and copies states in and out", async () => {
    const executor = await createExecutor("reference", { program: halvingProgram(), constants: [], dataset: none });
    expect(executor.getState()).to.deep.equal([new Uint32Array(3)]);
    const state = [words(2, 4, 6)];
    executor.setState(state);
    state[0]![0] = 0;
    const seen = executor.getState();
    seen[0]![1] = 0;
    executor.step(context);
    expect(executor.getState()).to.deep.equal([words(1, 2, 3)]);
    expect(() => executor.setState([new Uint32Array(2)])).to.throw(OperatorError);
  });

  it("gives every operator of the classifier the values worked out by hand", async () => {
    const { outputs, state } = await outputsOf(classifier());
    const at = classifierOperators;
    const floats = (operator: number) => [...floatsOf(outputs[operator]!)];
    // All weights are zero: every class has a third, but where the random bits drop the gradient.
    expect(floats(at.logits)).to.deep.equal(floats(at.logits).fill(0));
    expect(floats(at.sum)).to.deep.equal([3, 3, 3, 3]);
    const third = Math.fround(1 / 3);
    const labels = [0, 1, 2, 0];
    floats(at.gradient).forEach((value, index) => {
      const dropped = outputs[at.bits]![index]! >>> 8 < floatOf(0x49cccccd);
      const whole = Math.fround(third - (labels[Math.floor(index / 3)] === index % 3 ? 1 : 0));
      expect(value, `gradient ${index}`).to.equal(dropped ? 0 : Math.fround(whole * 0.25));
    });
    expect(floats(at.squares)).to.deep.equal([1 + 4, 9, 16]);
    // Pieces: four sums, then coordinates 4 and 6 of the greatest logits' words 0 and 3, else the canonical fill.
    const nan = canonicalNaN;
    expect(outputs[at.padded]!.slice(4)).to.deep.equal(Uint32Array.of(0, nan, 0, nan, nan, nan));
    expect(state[1]).to.deep.equal(Uint32Array.of(1));
    expect(state[0]).to.deep.equal(outputs[at.weights]);
  });

  it("lets no operator of a step see the new state", async () => {
    const half = halvingProgram();
    const [operator] = half.operators;
    const twoStates: Program = {
      ...half,
      states: [...half.states, ...half.states],
      operators: [operator!, operator!],
    };
    const executor = await createExecutor("reference", { program: twoStates, constants: [], dataset: none });
    executor.setState([words(8, 8, 8), words(1, 1, 1)]);
    executor.step(context);
    expect(executor.getState()).to.deep.equal([words(4, 4, 4), words(4, 4, 4)]);
  });

  it("flips a bit and carries on from there", async () => {
    const clean = await outputsOf(classifier());
    const flip = { operator: classifierOperators.sum, element: 1, bit: 31 };
    const flipped = await outputsOf(classifier(), flip);
    const differ = clean.outputs.map((output, j) => output.some((word, index) => word !== flipped.outputs[j]![index]));
    expect(differ.indexOf(true)).to.equal(classifierOperators.sum);
    expect(flipped.outputs[classifierOperators.sum]![1]).to.equal(0xc0400000);
    expect(differ[classifierOperators.weights]).to.be.true;
    expect(flipped.state[0]).to.not.deep.equal(clean.state[0]);
  });

  it("refuses what is not the program's", async () => {
    const input = classifier();
    const refusal = async (over: Partial<ExecutorInput>) => {
      try {
        await createExecutor("reference", { ...input, ...over });
      } catch (error) {
        expect(error).to.be.instanceOf(OperatorError);
        return (error as OperatorError).code;
      }
      return "accepted";
    };
    expect(await refusal({})).to.equal("accepted");
    expect(await refusal({ constants: [] })).to.equal("constant-mismatch");
    expect(await refusal({ constants: [words(1), input.constants[1]!] })).to.equal("constant-mismatch");
    expect(await refusal({ dataset: none })).to.equal("dataset-mismatch");
    expect(await refusal({ program: { ...input.program, batch: 3 } })).to.equal("invalid-program");
  });
});
