import { expect } from "chai";
import { OperatorError, concatBytes, fromHex, toHex } from "../../common/index.ts";
import { dtypeCodes, foldCodes, kindCodes, mapFunctionOf, mapSignatures, nameOf } from "./codes.ts";
import { elementCost, workUnitsPerStep } from "./cost.ts";
import { decodeOperator, decodeProgram } from "./decode.ts";
import { encodeOperator, encodeProgram } from "./encode.ts";
import { classifierOperators, classifierProgram, halvingProgram } from "./example.ts";
import { hashRecord, programCommitment } from "./root.ts";
import type { Operator, Program } from "./types.ts";
import { validateProgram } from "./validate-program.ts";

const classifier = (): Program => classifierProgram({ words: 5, root: new Uint8Array(32).fill(7) }, new Uint8Array(32));

describe("codes", () => {
  it("number every name once", () => {
    expect(Object.values(kindCodes)).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(Object.values(mapSignatures).map(({ code }) => code)).to.deep.equal(
      Array.from({ length: 31 }, (_, i) => i + 1),
    );
    expect([mapFunctionOf(19), mapFunctionOf(0), mapFunctionOf(32)]).to.deep.equal(["select", undefined, undefined]);
    expect([nameOf(dtypeCodes, 2), nameOf(foldCodes, 0)]).to.deep.equal(["i32", undefined]);
  });
});

describe("encoding", () => {
  it("gives the bytes and roots of the specification's example", () => {
    const { encoded, tree, root } = programCommitment(halvingProgram());
    expect(toHex(encoded.header)).to.equal("0x0100000001000000000000000000000001000000010000000000000000000000");
    const [state, operator] = encoded.records.map(toHex);
    expect(state).to.equal(`0x1000000100000000000000000300000000${"00".repeat(47)}`);
    const head = `0x0400010101010000${"00".repeat(20)}03000000${"00".repeat(32)}`;
    expect(operator).to.equal(`${head}0000001000000000${"01000000"}${"00".repeat(28)}${"0600ff00"}${"0000003f"}`);
    expect(encoded.records.map(hashRecord).map(toHex)).to.deep.equal([
      "0xa610b1dc928bec199e5936b84a56398b39a3123611a76e74fb134f38a0e2174f",
      "0x54849df12b95557a84dda7ba6d8201f6e3e34a7e7956553a7cd212a4ac26f86d",
    ]);
    expect(toHex(tree.root)).to.equal("0xe970a33466283fe2bf039314ef557a2cffd65225194a75fa669f30562a1f259b");
    expect(toHex(root)).to.equal("0x54e7a7d3482094c73f2f3ec154cf4f96aaf1bccb75ea238e8299c7431541d7ba");
    expect(toHex(encoded.bytes)).to.equal(toHex(concatBytes(encoded.header, ...encoded.records)));
  });

  it("is undone by decoding, for every operator", () => {
    for (const program of [halvingProgram(), classifier()]) {
      expect(decodeProgram(encodeProgram(program).bytes)).to.deep.equal(program);
      for (const operator of program.operators) {
        expect(decodeOperator(encodeOperator(operator))).to.deep.equal(operator);
      }
    }
    const kinds = new Set(classifier().operators.map(({ kind }) => kind));
    expect(kinds.size).to.equal(8);
  });

  it("refuses numbers that do not fit", () => {
    const [operator] = halvingProgram().operators as [Operator];
    const [operand] = operator.operands;
    const refuse = (over: object) =>
      expect(() => encodeOperator({ ...operator, ...over } as Operator)).to.throw(OperatorError, "does not fit");
    refuse({ extents: [-1] });
    refuse({ extents: [1.5] });
    refuse({ extents: Array.from({ length: 9 }, () => 1) });
    refuse({ operands: [{ ...operand, offset: 2 ** 32 }] });
    refuse({ operands: [{ ...operand, strides: [1, 1] }] });
    refuse({ operands: [{ ...operand, ref: { space: "state", index: 2 ** 28 } }] });
    refuse({ instructions: [{ fn: "id", a: 256, b: 0, c: 0, imm: 0 }] });
    refuse({ kind: "View", guards: [[], [], [], [], []], fill: 0 });
    const guard = { offset: -(2 ** 31) - 1, coefficients: [0], divisor: 1, bound: 1, stride: 0 };
    refuse({ kind: "View", guards: [[guard]], fill: 0 });
  });
});

describe("decoding", () => {
  const { bytes } = encodeProgram(halvingProgram());
  const refuse = (changed: Uint8Array, code: string, facts: object = {}) => {
    try {
      decodeProgram(changed);
    } catch (error) {
      expect(error).to.be.instanceOf(OperatorError);
      expect((error as OperatorError).code).to.equal(code);
      expect((error as OperatorError).facts).to.include(facts);
      return;
    }
    expect.fail(`decoded what should be refused: ${code}`);
  };
  const changed = (at: number, byte: number) => {
    const copy = bytes.slice();
    copy[at] = byte;
    return copy;
  };

  it("refuses what is cut off, goes on or is no program", () => {
    for (let length = 0; length < bytes.length; length++) {
      refuse(bytes.slice(0, length), length < 32 ? "invalid-program" : "malformed-program");
    }
    refuse(concatBytes(bytes, Uint8Array.of(0)), "malformed-program");
    refuse(changed(0, 2), "invalid-program", { name: "Header" });
    refuse(changed(4, 0), "invalid-program", { name: "Header" });
  });

  it("refuses declarations that are not canonical", () => {
    refuse(changed(32, 17), "malformed-program", { kind: "state", index: 0 });
    refuse(changed(33, 1), "malformed-program", { kind: "state" });
    refuse(changed(35, 3), "malformed-program", { kind: "state" });
    refuse(changed(32 + 4, 1), "malformed-program", { kind: "state" });
    refuse(changed(32 + 63, 1), "malformed-program", { kind: "state" });
    refuse(changed(32 + 12, 0), "malformed-program", { kind: "state" });
  });

  it("refuses invalid operators by index, code and name", () => {
    refuse(changed(96, 9), "invalid-program", { operator: 0, code: 3, name: "Kind" });
    refuse(changed(96 + 28, 4), "invalid-program", { operator: 0, code: 15, name: "Address" });
    refuse(changed(44, 4), "invalid-program", { operator: 0, code: 17, name: "State" });
    expect(() => validateProgram({ ...halvingProgram(), batch: 0 })).to.throw(OperatorError, "header is invalid");
  });

  it("refuses a lone operator record with unknown codes or another length", () => {
    const record = encodeOperator(halvingProgram().operators[0]!);
    const withByte = (at: number, byte: number) => {
      const copy = record.slice();
      copy[at] = byte;
      return copy;
    };
    expect(() => decodeOperator(record.slice(0, 40))).to.throw(OperatorError, "length");
    expect(() => decodeOperator(withByte(0, 0))).to.throw(OperatorError, "kind");
    expect(() => decodeOperator(withByte(3, 3))).to.throw(OperatorError, "dtype");
    expect(() => decodeOperator(withByte(67, 0x50))).to.throw(OperatorError, "space");
    expect(() => decodeOperator(withByte(104, 99))).to.throw(OperatorError, "Map function");
    expect(() => decodeOperator(fromHex("00"))).to.throw(OperatorError);
  });
});

describe("work units", () => {
  it("count words times the cost of each", () => {
    expect(workUnitsPerStep(halvingProgram())).to.equal(3n);
    const { operators } = classifier();
    const costs = operators.map(elementCost);
    expect(costs[classifierOperators.logits]).to.equal(6);
    expect(costs[classifierOperators.exponentials]).to.equal(17);
    expect(costs[classifierOperators.gradient]).to.equal(11);
    expect(costs[classifierOperators.squares]).to.equal(20);
    expect(costs[classifierOperators.counted]).to.equal(4);
    // Words times cost, operator by operator.
    const expected = [24, 4, 12, 1, 72, 12, 204, 12, 132, 12, 24, 72, 10, 24, 72, 60, 36, 1];
    expect(workUnitsPerStep(classifier())).to.equal(BigInt(expected.reduce((sum, units) => sum + units, 0)));
  });
});
