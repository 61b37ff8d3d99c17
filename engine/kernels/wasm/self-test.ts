import { bytesOf, concatBytes, createPrng, sha256, toHex, u32Bytes } from "../../../common/index.ts";
import { outputWords } from "../../program/cost.ts";
import { encodeOperator } from "../../program/encode.ts";
import { mapSignatures } from "../../program/codes.ts";
import type { Instruction, MapFunction, Operand, Operator, OperatorKind } from "../../program/types.ts";
import { nastyWords } from "./nasty-words.ts";

/** Operators whose words are known, to find out whether compiled kernels compute what they should before they are used. */

/** Words that the operators read: ordinary numbers, with and without words at which machines differ. */
export const selfTestWords: Uint32Array = (() => {
  const random = createPrng(20_261_126);
  return Uint32Array.from(Array.from({ length: 16 }, () => [...nastyWords(random, "f32", 4096)]).flat());
})();

function operand(offset: number, ...strides: number[]): Operand {
  return { ref: { space: "constant", index: 0 }, offset, strides };
}

/** a · bᵀ over runs of k words, with every height of tile, edges and two blocks, chained to what lies at word 500. */
function product(rows: number, columns: number, k: number): Operator {
  const operands = [operand(0, k, 0), operand(20_000, 0, k), operand(500, columns, 1)];
  return { kind: "Dot", dtype: "f32", extents: [rows, columns], operands, k };
}

function map(...fns: readonly MapFunction[]): Operator {
  const instructions = fns.map((fn, i): Instruction => {
    const { arity } = mapSignatures[fn];
    return { fn, a: i === 0 ? 0 : 15 + i, b: arity > 1 ? 1 : 0, c: arity > 2 ? 2 : 0, imm: 0 };
  });
  const operands = [operand(0, 1), operand(7000, 1), operand(9000, 1)];
  return { kind: "Map", dtype: "f32", extents: [60_001 - 9000], operands, instructions };
}

export const selfTestOperators: readonly Operator[] = [
  product(7, 60, 300),
  product(15, 31, 64),
  product(64, 3, 256),
  { kind: "Dot", dtype: "f32", extents: [71], operands: [operand(0, 70), operand(9000, 9)], k: 70 },
  map("exp"),
  map("log"),
  map("tanh"),
  map("erf"),
  map("sqrt"),
  map("div", "floor", "max", "mul", "rint"),
  map("less", "select", "min", "add", "sub", "abs", "neg", "equal"),
];

/** Hash of all the operators' words; the test computes it with the reference kernels. */
export const selfTestHash = "0xc7c42184c14e827b26b624aa79bed5cfa33534200d3b806cef06026ed48164f0";

export function hashOfOutputs(outputs: readonly Uint32Array[]): string {
  return toHex(sha256(...outputs.map((words) => bytesOf(words))));
}

/** Runs a kernel on a record, an operand table and an output at these addresses. */
export type RunKernel = (kind: OperatorKind, record: number, operands: number, out: number) => void;

/** UNITS: bytes that the self-test takes. */
export const selfTestBytes = 8192 + 3 * selfTestWords.byteLength;

/** Hash of what the kernels compute in `memory` from `start` on. */
export function runSelfTest(run: RunKernel, memory: WebAssembly.Memory, start: number): string {
  const bytes = new Uint8Array(memory.buffer);
  const table = start + 4096;
  const words = table + 4096;
  const output = words + selfTestWords.length * 4;
  bytes.set(bytesOf(selfTestWords), words);
  const outputs = selfTestOperators.map((operator) => {
    bytes.set(encodeOperator(operator), start);
    const entry = u32Bytes(words, selfTestWords.length, 0, 0);
    bytes.set(concatBytes(...operator.operands.map(() => entry)), table);
    run(operator.kind, start, table, output);
    return new Uint32Array(memory.buffer, output, outputWords(operator)).slice();
  });
  return hashOfOutputs(outputs);
}
