import { expect } from "chai";
import { u32Bytes } from "../../common/index.ts";
import { declaredTensor } from "./declared.ts";
import { encodeProgram } from "./encode.ts";
import { classifierOperators as at, classifierProgram } from "./example.ts";
import { sourceLeaves } from "./validate-program.ts";
import { validateRecord, validationNames } from "./validate.ts";
import type { ValidationName } from "./validate.ts";

const program = classifierProgram({ words: 5, root: new Uint8Array(32) }, new Uint8Array(32));
const { header, records } = encodeProgram(program);
const firstOperator = records.length - program.operators.length;

/** Byte offsets. */
const word = (index: number) => 4 * index;
const operandWord = (operand: number, index: number) => 64 + 40 * operand + 4 * index;

type Edit = (record: DataView) => void;
const set =
  (offset: number, value: number): Edit =>
  (record) =>
    record.setUint32(offset, value, true);
const setByte =
  (offset: number, value: number): Edit =>
  (record) =>
    record.setUint8(offset, value);

/** Name of the code that an edited record of the example gets. */
function validate(j: number, edits: Edit[], sources?: Uint8Array[], head: Uint8Array = header): ValidationName {
  const record = records[firstOperator + j]!.slice();
  const usual = sourceLeaves(header, j, record)!.map((leaf) => records[leaf]!);
  for (const edit of edits) edit(new DataView(record.buffer));
  return validationNames[validateRecord(head, j, record, sources ?? usual)]!;
}

const withWord = (bytes: Uint8Array, index: number, value: number) => {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(4 * index, value, true);
  return copy;
};
const source = (record: Uint8Array, index: number, value: number) => withWord(record, index, value);
const recordOf = (j: number) => records[firstOperator + j]!;
/** A constant's declaration. */
const tensor = (dtype: number, words: number) =>
  u32Bytes(18 | (dtype << 24), 0, 0, words, ...Array.from({ length: 12 }, () => 0));

describe("validation", () => {
  it("accepts every operator of the example", () => {
    program.operators.forEach((_, j) => expect(validate(j, []), `operator ${j}`).to.equal("Ok"));
  });

  const guard = 64 + 80;
  const cases: [ValidationName, string, () => ValidationName][] = [
    ["Header", "a header of 31 bytes", () => validate(0, [], undefined, header.slice(1))],
    ["Header", "a header of version 2", () => validate(0, [], undefined, withWord(header, 0, 2))],
    ["Header", "no states", () => validate(0, [], undefined, withWord(header, 1, 0))],
    ["Header", "4,097 states", () => validate(0, [], undefined, withWord(withWord(header, 1, 4097), 4, 5000))],
    ["Header", "257 fields", () => validate(0, [], undefined, withWord(header, 2, 257))],
    ["Header", "65,536 constants", () => validate(0, [], undefined, withWord(header, 3, 65536))],
    ["Header", "fewer operators than states", () => validate(0, [], undefined, withWord(header, 4, 1))],
    ["Header", "65,536 operators", () => validate(0, [], undefined, withWord(header, 4, 65536))],
    ["Header", "a batch of 0", () => validate(0, [], undefined, withWord(header, 5, 0))],
    ["Header", "a batch of 2²⁰ + 1", () => validate(0, [], undefined, withWord(header, 5, 2 ** 20 + 1))],
    ["Header", "a used last word", () => validate(0, [], undefined, withWord(header, 7, 1))],
    ["Header", "j past the operators", () => validationNames[validateRecord(header, 18, recordOf(0), [])]!],
    ["Length", "no bytes", () => validationNames[validateRecord(header, 0, new Uint8Array(0), [])]!],
    [
      "Length",
      "a byte more",
      () => validationNames[validateRecord(header, 0, new Uint8Array([...recordOf(0), 0]), [])]!,
    ],
    ["Length", "an operand more than bytes", () => validate(at.x, [setByte(4, 2)])],
    ["Kind", "kind 0", () => validate(at.x, [setByte(0, 0)])],
    ["Kind", "a declaration", () => validate(at.x, [setByte(0, 17)])],
    ["Fn", "Sample 2", () => validate(at.x, [setByte(1, 2)])],
    ["Fn", "Fold 0", () => validate(at.sum, [setByte(1, 0)])],
    ["Fn", "Fold 4", () => validate(at.sum, [setByte(1, 4)])],
    ["Fn", "Dot 1", () => validate(at.logits, [setByte(1, 1)])],
    ["Dtype", "0", () => validate(at.padded, [setByte(3, 0)])],
    ["Dtype", "3", () => validate(at.gradient, [setByte(3, 3)])],
    ["Dtype", "an i32 Dot", () => validate(at.logits, [setByte(3, 2)])],
    ["Dtype", "f32 random bits", () => validate(at.bits, [setByte(3, 1)])],
    ["Rank", "0", () => validate(at.padded, [setByte(2, 0)])],
    ["Rank", "9", () => validate(at.padded, [setByte(2, 9)])],
    ["Rank", "a Dot of 5", () => validate(at.logits, [setByte(2, 5)])],
    ["Rank", "a Sample of 1", () => validate(at.x, [setByte(2, 1)])],
    ["Rank", "a Schedule of 2", () => validate(at.rate, [setByte(2, 2)])],
    ["Extent", "0", () => validate(at.logits, [set(word(8), 0)])],
    ["Extent", "a product of 2³¹", () => validate(at.logits, [set(word(7), 2 ** 16), set(word(8), 2 ** 15)])],
    ["Count", "a Gather of one operand", () => validate(at.logits, [setByte(0, 7), setByte(4, 1), setByte(5, 5)])],
    ["Count", "an instruction of a View", () => validate(at.gradient, [setByte(0, 3)])],
    ["Count", "a guard of a piece that is not there", () => validate(at.padded, [setByte(6, 0x01), setByte(7, 0x01)])],
    ["Unused", "word 2", () => validate(at.logits, [set(word(2), 1)])],
    ["Unused", "an extent past the rank", () => validate(at.logits, [set(word(9), 1)])],
    ["Unused", "L of a Dot", () => validate(at.logits, [set(word(4), 1)])],
    ["Unused", "K of a Gather", () => validate(at.chosen, [set(word(3), 1)])],
    ["Unused", "aux1 of a Scatter", () => validate(at.counted, [set(word(6), 1)])],
    ["Unused", "fill of a Map", () => validate(at.gradient, [set(word(15), 1)])],
    ["Unused", "a stride past the rank", () => validate(at.logits, [set(operandWord(1, 4), 1)])],
    ["Unused", "a coefficient past the rank", () => validate(at.padded, [set(guard + 8, 1)])],
    ["Unused", "the offset of a Sample", () => validate(at.x, [set(operandWord(0, 1), 1)])],
    ["Unused", "a stride of a Schedule", () => validate(at.rate, [set(operandWord(0, 2), 1)])],
    ["Parameter", "K 0", () => validate(at.logits, [set(word(3), 0)])],
    ["Parameter", "a Dot of 4,097", () => validate(at.logits, [set(word(3), 4097)])],
    ["Parameter", "a Fold of 1,025", () => validate(at.sum, [set(word(3), 1025)])],
    ["Parameter", "L that needs another last extent", () => validate(at.squares, [set(word(4), 31)])],
    ["Parameter", "a Gather of no rows", () => validate(at.chosen, [set(word(5), 0)])],
    ["Parameter", "an axis past the rank", () => validate(at.counted, [set(word(5), 2)])],
    ["Parameter", "positions past the batch", () => validate(at.x, [set(word(5), 1)])],
    ["Parameter", "a base position near 2³²", () => validate(at.x, [set(word(5), 0xffffffff)])],
    ["Reference", "a Sample of a state", () => validate(at.x, [set(operandWord(0, 0), 0x10000000)])],
    ["Reference", "a Schedule of an operator", () => validate(at.rate, [set(operandWord(0, 0), 0x40000000)])],
    ["Reference", "a Dot of a field", () => validate(at.logits, [set(operandWord(0, 0), 0x20000000)])],
    ["Reference", "an unknown space", () => validate(at.logits, [set(operandWord(0, 0), 0x50000000)])],
    ["Reference", "an operator of itself", () => validate(at.logits, [set(operandWord(0, 0), 0x40000004)])],
    ["Reference", "a state that is not there", () => validate(at.logits, [set(operandWord(0, 0), 0x10000002)])],
    ["Reference", "a constant that is not there", () => validate(at.logits, [set(operandWord(0, 0), 0x30000002)])],
    ["Reference", "a field that is not there", () => validate(at.x, [set(operandWord(0, 0), 0x20000002)])],
    ["Source", "none", () => validate(at.logits, [], [])],
    ["Source", "no state's declaration", () => validate(at.steps, [], [records[1]!])],
    ["Source", "a short one", () => validate(at.x, [], [records[2]!.slice(1)])],
    ["Source", "a long declaration", () => validate(at.x, [], [new Uint8Array([...records[2]!, 0])])],
    ["Source", "an unknown kind", () => validate(at.x, [], [source(records[2]!, 0, 19 | (1 << 24))])],
    ["Source", "an unknown dtype", () => validate(at.x, [], [source(records[2]!, 0, 17)])],
    ["Source", "no words", () => validate(at.x, [], [source(records[2]!, 3, 0)])],
    ["Source", "2³¹ words", () => validate(at.x, [], [source(records[2]!, 3, 2 ** 31)])],
    ["Source", "an operator without extents", () => validate(at.sum, [], [source(recordOf(at.x), 7, 0)])],
    ["OperandDtype", "a View of another dtype", () => validate(at.padded, [setByte(3, 2)])],
    ["OperandDtype", "an f32 index", () => validate(at.chosen, [], [tensor(1, 18), tensor(1, 4)])],
    ["OperandDtype", "an i32 table of an f32 Gather", () => validate(at.chosen, [], [tensor(2, 18), tensor(2, 4)])],
    [
      "OperandDtype",
      "an i32 Scatter source",
      () => validate(at.counted, [], [tensor(2, 99), tensor(2, 99), tensor(1, 99)]),
    ],
    ["OperandDtype", "an i32 Dot operand", () => validate(at.logits, [], [tensor(1, 99), tensor(2, 99)])],
    ["OperandDtype", "another sample length", () => validate(at.x, [], [source(records[2]!, 3, 7)])],
    ["OperandDtype", "a table of half rows", () => validate(at.rate, [set(word(7), 2)])],
    ["Guard", "a divisor of 0", () => validate(at.padded, [set(guard + 36, 0)])],
    ["Guard", "a value of 2³¹", () => validate(at.padded, [set(guard + 0, 0x80000000)])],
    ["Guard", "a far coefficient", () => validate(at.padded, [set(guard + 4, 0x10000000)])],
    ["Address", "an offset past the end", () => validate(at.sum, [set(operandWord(0, 1), 1)])],
    ["Address", "a run past the end", () => validate(at.sum, [set(word(3), 4)])],
    ["Address", "a sum past 2³²", () => validate(at.gradientByClass, [set(operandWord(0, 1), 0xffffffff)])],
    ["Address", "a product past 2⁵³", () => validate(at.gradientByClass, [set(operandWord(0, 3), 0xffffffff)])],
    ["Address", "a guard's last word past the end", () => validate(at.padded, [set(guard + 40, 5)])],
    ["Address", "rows past the end", () => validate(at.chosen, [set(word(5), 4)])],
    ["Address", "a blocked run of another stride", () => validate(at.squares, [set(operandWord(0, 2), 9)])],
    ["Address", "a Scatter's init past the end", () => validate(at.counted, [set(operandWord(2, 1), 1)])],
    ["Instruction", "an unknown function", () => validate(at.exponentials, [setByte(64 + 80, 32)])],
    ["Instruction", "an operand that is not there", () => validate(at.exponentials, [setByte(64 + 81, 2)])],
    ["Instruction", "a result of itself", () => validate(at.exponentials, [setByte(64 + 89, 17)])],
    ["Instruction", "an operand of another dtype", () => validate(at.exponentials, [], [tensor(2, 99), tensor(1, 99)])],
    ["Instruction", "an unused argument", () => validate(at.exponentials, [setByte(64 + 90, 1)])],
    ["Instruction", "an unused immediate", () => validate(at.exponentials, [set(64 + 84, 1)])],
    ["Instruction", "a result of another dtype", () => validate(at.steps, [setByte(3, 1)])],
    ["State", "a declaration of other words", () => validate(at.steps, [], [records[1]!, source(records[1]!, 3, 2)])],
    ["State", "a declaration of another dtype", () => validate(at.steps, [], [records[1]!, tensor(1, 1)])],
    ["State", "no declaration", () => validate(at.steps, [], [records[1]!, new Uint8Array(64)])],
  ];
  for (const [name, what, run] of cases) {
    it(`refuses ${what}: ${name}`, () => expect(run()).to.equal(name));
  }

  it("is shown to reach every code", () => {
    expect([...new Set(cases.map(([name]) => name))]).to.deep.equal(validationNames.slice(1));
  });

  it("answers the first code that applies", () => {
    const all = [set(word(2), 1), set(word(3), 0), set(operandWord(0, 0), 0x50000000), set(operandWord(0, 1), 99)];
    expect(validate(at.logits, all, [])).to.equal("Unused");
    expect(validate(at.logits, all.slice(1), [])).to.equal("Parameter");
    expect(validate(at.logits, all.slice(2), [])).to.equal("Reference");
    expect(validate(at.logits, all.slice(3), [])).to.equal("Source");
    expect(validate(at.logits, all.slice(3))).to.equal("Address");
  });

  it("accepts the greatest addresses and ignores further sources", () => {
    expect(validate(at.sum, [], [tensor(1, 12), new Uint8Array(3)])).to.equal("Ok");
    expect(validate(at.sum, [], [tensor(1, 11)])).to.equal("Address");
    // Blocked: 24 words in runs of 10, 10 and 4.
    expect(validate(at.squares, [], [tensor(1, 24), tensor(1, 24)])).to.equal("Ok");
    expect(validate(at.squares, [], [tensor(1, 24), tensor(1, 23)])).to.equal("Address");
    expect(validate(at.squares, [set(word(4), 30)], [tensor(1, 29), tensor(1, 30)])).to.equal("Address");
    // A guard of bound 0 never holds and adds nothing.
    expect(validate(at.padded, [set(guard + 40, 0), set(guard + 44, 0xffffffff)])).to.equal("Ok");
  });
});

describe("declaredTensor", () => {
  it("reads declarations and operators", () => {
    expect(declaredTensor(records[0]!)).to.deep.equal({ dtype: 1, words: 18 });
    expect(declaredTensor(records[3]!)).to.deep.equal({ dtype: 2, words: 1 });
    expect(declaredTensor(recordOf(at.logits))).to.deep.equal({ dtype: 1, words: 12 });
    expect(declaredTensor(recordOf(at.logits).slice(0, 64))).to.deep.equal({ dtype: 1, words: 12 });
    expect(declaredTensor(source(recordOf(at.logits), 7, 2 ** 31 - 1))).to.be.null;
    expect(declaredTensor(tensor(2, 2 ** 31 - 1))).to.deep.equal({ dtype: 2, words: 2 ** 31 - 1 });
  });
});
