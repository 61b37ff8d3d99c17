import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import type { Operand, Operator, Program } from "../../program/types.ts";
import { separate } from "./fuse.ts";
import { executionBytes, planOutputs } from "./arena.ts";

const SEED = 77;
const OPERATORS = 200;

function read(index: number): Operand {
  return { ref: { space: "operator", index }, offset: 0, strides: [0] };
}

/** A program whose operators read a few of the operators before them. */
function randomProgram(): Program {
  const random = createPrng(SEED);
  const operators = Array.from({ length: OPERATORS }, (_, j): Operator => {
    const operands = j === 0 ? [] : [read(random.below(j)), read(Math.max(0, j - 1 - random.below(4)))];
    return { kind: "Map", dtype: "f32", extents: [1 + random.below(100)], operands, instructions: [] };
  });
  return { states: [{ dtype: "f32", words: 1 }], fields: [], constants: [], operators, batch: 1 };
}

describe("output plan", () => {
  const program = randomProgram();
  const { starts, bytes } = planOutputs(separate(program));
  const size = (j: number) => program.operators[j]!.extents[0]! * 4;
  const overlap = (i: number, j: number) =>
    starts[i]! < starts[j]! + Math.ceil(size(j) / 64) * 64 && starts[j]! < starts[i]! + Math.ceil(size(i) / 64) * 64;

  it("keeps every output whole until its last reader has run", () => {
    program.operators.forEach((operator, reader) => {
      for (const { ref } of operator.operands) {
        for (let writer = ref.index + 1; writer <= reader && writer < OPERATORS - 1; writer++)
          expect(overlap(ref.index, writer), `seed ${SEED}: ${writer} overwrites ${ref.index}`).to.equal(false);
      }
    });
  });

  it("is, with both states, the constants and the tree of the largest output, the memory of an execution", () => {
    const constants = [{ dtype: "f32" as const, words: 17, root: new Uint8Array(32) }];
    // Every output is one chunk or less, whose tree is one leaf.
    expect(executionBytes({ ...program, constants })).to.equal(bytes + 2 * 64 + 128 + 64);
  });

  it("uses the space of dead outputs again, and none for state", () => {
    const total = program.operators.reduce((sum, _, j) => sum + size(j), 0);
    expect(bytes).to.be.lessThan(total);
    expect(starts.at(-1)).to.equal(undefined);
    expect(starts.slice(0, -1).every((start) => start! % 64 === 0)).to.equal(true);
  });
});
