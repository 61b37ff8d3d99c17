import { expect } from "chai";
import { bytesOf, concatBytes, equalBytes, fromHex, readI32, readU32, toHex, u32Bytes, wordsOf } from "./bytes.ts";
import { OperatorError } from "./errors.ts";
import { sha256 } from "./hash.ts";
import { createPrng } from "./prng.ts";

describe("bytes", () => {
  it("go to hexadecimal and back", () => {
    expect(toHex(Uint8Array.of(0, 255, 16))).to.equal("0x00ff10");
    expect(fromHex("0x00Ff10")).to.deep.equal(Uint8Array.of(0, 255, 16));
    expect(fromHex("")).to.deep.equal(new Uint8Array(0));
    expect(() => fromHex("0x0")).to.throw(OperatorError);
    expect(() => fromHex("zz")).to.throw(OperatorError);
  });

  it("are little-endian words", () => {
    const bytes = u32Bytes(1, 0xfffffffe);
    expect(toHex(bytes)).to.equal("0x01000000feffffff");
    expect([readU32(bytes, 4), readI32(bytes, 4)]).to.deep.equal([0xfffffffe, -2]);
    expect(wordsOf(bytes)).to.deep.equal(Uint32Array.of(1, 0xfffffffe));
    expect(bytesOf(Uint32Array.of(1, 0xfffffffe))).to.deep.equal(bytes);
    expect(() => wordsOf(new Uint8Array(5))).to.throw(OperatorError);
  });

  it("join and compare", () => {
    const joined = concatBytes(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3));
    expect(equalBytes(joined, Uint8Array.of(1, 2, 3))).to.be.true;
    expect(equalBytes(joined, Uint8Array.of(1, 2, 4))).to.be.false;
    expect(equalBytes(joined, Uint8Array.of(1, 2))).to.be.false;
  });

  it("hash in parts as a whole", () => {
    const expected = "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(toHex(sha256(new TextEncoder().encode("abc")))).to.equal(expected);
    expect(toHex(sha256(new TextEncoder().encode("a"), new TextEncoder().encode("bc")))).to.equal(expected);
  });
});

describe("prng", () => {
  it("repeats for a seed and stays in range", () => {
    const [a, b, other] = [createPrng(7), createPrng(7), createPrng(8)];
    const drawn = Array.from({ length: 1000 }, () => a.below(10));
    expect(Array.from({ length: 1000 }, () => b.below(10))).to.deep.equal(drawn);
    expect(new Set(drawn).size).to.equal(10);
    expect(Array.from({ length: 1000 }, () => other.below(10))).to.not.deep.equal(drawn);
    expect(["x", "y"]).to.include(a.pick(["x", "y"]));
  });
});
