import { expect } from "chai";
import type { ExecutorInput } from "../../execution.ts";
import type { Operator, Ref } from "../../program/types.ts";
import { createReferenceExecutor } from "../reference/executor.ts";
import { createWasmExecutor } from "./executor.ts";
import { fuse } from "./fuse.ts";

/** A NaN that is not the one. */
const OTHER_NAN = 0xffc00001;
const WORDS = 40;

function view(ref: Ref, fill = 0): Operator {
  const guard = { offset: -8, coefficients: [1], divisor: 1, bound: WORDS - 8, stride: 1 };
  const operands = [{ ref, offset: 0, strides: [0] }];
  return { kind: "View", dtype: "f32", extents: [WORDS], operands, guards: [[guard]], fill };
}

/** Views of a state, of a View, and one with another NaN as its fill; each is a state. */
function inputOfViews(): ExecutorInput {
  const operators = [
    view({ space: "state", index: 0 }),
    view({ space: "operator", index: 0 }),
    view({ space: "operator", index: 0 }, OTHER_NAN),
  ];
  const states = operators.map(() => ({ dtype: "f32", words: WORDS }) as const);
  return {
    program: { states, fields: [], constants: [], operators, batch: 1 },
    constants: [],
    dataset: { samples: 0, fields: [] },
  };
}

describe("Views of clean words", () => {
  it("are copied, but those of states and those that fill with another NaN are cleaned", async () => {
    const input = inputOfViews();
    expect(fuse(input.program).program.operators.map(({ dtype }) => dtype)).to.deep.equal(["f32", "i32", "f32"]);
    const [expected, actual] = [createReferenceExecutor(input), await createWasmExecutor(input)].map((executor) => {
      executor.setState(input.program.states.map(() => new Uint32Array(WORDS).fill(OTHER_NAN)));
      executor.step({ step: 0, seed: 0, order: "sequential" });
      return executor.getState();
    });
    expect(actual).to.deep.equal(expected);
    expect(actual!.flatMap((words) => [...words])).to.not.include(OTHER_NAN);
  });
});
