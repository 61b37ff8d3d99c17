import { expect } from "chai";
import { OperatorError } from "../../../common/index.ts";
import { readCsv, type CsvOptions } from "./csv.ts";
import { readText } from "./text.ts";
import { characterTokenizer } from "./tokenizer.ts";

const floats = (words: Uint32Array) => [...new Float32Array(words.slice().buffer)];

describe("readCsv", () => {
  it("reads features over their divisor and labels, in the order of the columns", () => {
    const { dataset, classes, fields } = readCsv("a,class,b\n1,2,-4\n.5,0,1e2\n", {
      header: true,
      label: "class",
      divisor: 4,
    });
    expect(fields.map(({ name, dtype, length }) => [name, dtype, length])).to.deep.equal([
      ["features", "f32", 2],
      ["label", "i32", 1],
    ]);
    expect(dataset.samples).to.equal(2);
    expect(floats(dataset.fields[0]!.words)).to.deep.equal([0.25, -1, 0.125, 25]);
    expect([...dataset.fields[1]!.words]).to.deep.equal([2, 0]);
    expect(dataset.fields[0]).to.include({ stride: 2, length: 2 });
    expect(classes).to.equal(3);
  });

  it("takes the last column where no label is named, and a column by index", () => {
    expect([...readCsv("1,2,3\n4,5,6", { header: false }).dataset.fields[1]!.words]).to.deep.equal([3, 6]);
    expect([...readCsv("1,2,3\n4,5,6", { header: false, label: 0 }).dataset.fields[1]!.words]).to.deep.equal([1, 4]);
  });

  it("reads the targets of a regression as they are, in the order named", () => {
    const csv = readCsv("a,b,c,d\n1,2,.5,-4\n3,4,1e-3,8", { header: true, targets: ["d", "a"], divisor: 2 });
    expect(csv.fields.map(({ name, dtype, length }) => [name, dtype, length])).to.deep.equal([
      ["features", "f32", 2],
      ["target", "f32", 2],
    ]);
    expect(floats(csv.dataset.fields[0]!.words)).to.deep.equal([1, 0.25, 2, Math.fround(1e-3) / 2]);
    expect(floats(csv.dataset.fields[1]!.words)).to.deep.equal([-4, 1, 8, 3]);
    expect(csv.dataset.samples).to.equal(2);
    expect(csv.classes).to.equal(undefined);
  });

  const refusals: [string, CsvOptions, string][] = [
    ["1,2,3", { header: false, targets: [1, 3] }, "CSV: there is no target column 3."],
    ["a,b\n1,2", { header: true, targets: ["c"] }, 'CSV: there is no target column "c".'],
    [
      "1,2",
      { header: false, targets: [1], label: 0 },
      "CSV: a regression has targets and neither a label nor classes.",
    ],
    ...[[], [0, 0], [1, 0]].map((targets): [string, CsvOptions, string] => [
      "1,2",
      { header: false, targets },
      `CSV: the targets are ${targets.length} of 2 columns, each once, with features beside them.`,
    ]),
    ["", { header: false }, "CSV: there are no samples of features and a label."],
    ["a,b\n", { header: true }, "CSV: there are no samples of features and a label."],
    ["a,b\n1,2", { header: true, label: "c" }, 'CSV: there is no label column "c".'],
    ["1,2", { header: false, label: 2 }, "CSV: there is no label column 2."],
    ["1,2\n3", { header: false }, "CSV: line 2 has 1 columns, not 2."],
    ["a,b\n,1", { header: true }, "CSV: line 2: column a is empty."],
    ["1,2\n3,4\nx,1", { header: false }, 'CSV: line 3: column 1 is "x", not a number.'],
    ["0x10,2", { header: false }, 'CSV: line 1: column 1 is "0x10", not a number.'],
    ["1e99,2", { header: false }, 'CSV: line 1: column 1 is "1e99", not a number.'],
    ["1,0.5", { header: false }, "CSV: line 1: label 0.5 is no whole number from 0."],
    ["1,-1", { header: false }, "CSV: line 1: label -1 is no whole number from 0."],
    ["1,3", { header: false, classes: 3 }, "CSV: line 1: label 3 is not one of 0 … 2."],
  ];
  for (const [text, options, message] of refusals)
    it(message, () => {
      expect(() => readCsv(text, options))
        .to.throw(OperatorError, message)
        .with.property("code", "csv-malformed");
    });
});

describe("readText", () => {
  it("numbers the sorted characters and shares words between overlapping windows", () => {
    const { vocabulary, train, heldOut } = readText("banana é", { context: 3, stride: 2, targets: "each" });
    expect(vocabulary).to.deep.equal([" ", "a", "b", "n", "é"]);
    expect(train.dataset.samples).to.equal(3);
    expect([...train.dataset.fields[0]!.words]).to.deep.equal([2, 1, 3, 1, 3, 1, 0, 4]);
    expect([...train.dataset.fields[1]!.words]).to.deep.equal([1, 3, 1, 3, 1, 0, 4]);
    expect(train.dataset.fields.map(({ stride, length }) => [stride, length])).to.deep.equal([
      [2, 3],
      [2, 3],
    ]);
    expect(heldOut).to.equal(undefined);
  });

  it("has the last character as the only target, and holds out the end", () => {
    const { vocabulary, train, heldOut } = readText("abcdefghij", { context: 2, targets: "last", heldOut: 0.4 });
    expect(vocabulary).to.have.length(10);
    expect(train.dataset.samples).to.equal(4);
    expect([...train.dataset.fields[1]!.words]).to.deep.equal([2, 3, 4, 5]);
    expect(train.fields[1]!.length).to.equal(1);
    expect([...heldOut!.dataset.fields[0]!.words]).to.deep.equal([6, 7, 8, 9]);
    expect(heldOut!.dataset.samples).to.equal(2);
  });

  it("refuses a text shorter than a window, and characters outside the vocabulary", () => {
    expect(() => readText("abc", { context: 3, targets: "each" })).to.throw(
      OperatorError,
      "A part of the text has 3 tokens; a context of 3 needs at least 4.",
    );
    expect(() => characterTokenizer(["a", "b"]).encode("abx")).to.throw(
      OperatorError,
      'The character "x" is not in the vocabulary.',
    );
  });
});
