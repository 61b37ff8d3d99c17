import { expect } from "chai";
import { OperatorError } from "../common/index.ts";
import { decodeManifest, encodeManifest, manifestHash, type Manifest } from "./manifest.ts";

const root = `0x${"ab".repeat(32)}` as const;
const manifest: Manifest = {
  version: 1,
  name: "A small model",
  model: { onnx: root, inputs: { x: "tokens" }, label: "target" },
  training: { batch: 4, loss: "softmaxCrossEntropy", optimiser: { kind: "sgd", learningRate: 0.1 }, frozen: [] },
  dataset: {
    kind: "text",
    fields: [{ name: "tokens", dtype: "i32", length: 8 }],
    vocabulary: ["\n", "a", "é", "😀"],
    context: 8,
    targets: "last",
    samples: 3,
  },
  states: [{ name: "w", role: "parameter", shape: [2, 3], transposed: true }],
  roots: { program: root, constants: [root], dataset: root, initialState: root },
};

describe("manifest", () => {
  it("survives its bytes", () => {
    expect(decodeManifest(encodeManifest(manifest))).to.deep.equal(manifest);
  });
  it("has one byte sequence whatever the order of the keys", () => {
    const reversed = Object.fromEntries(Object.entries(manifest).toReversed()) as Manifest;
    expect(encodeManifest(reversed)).to.deep.equal(encodeManifest(manifest));
    const text = new TextDecoder().decode(encodeManifest(manifest));
    expect(text).to.match(/^\{"dataset":\{"context":8,"fields":\[\{"dtype":"i32",/);
    expect(manifestHash(new TextEncoder().encode("abc"))).to.equal(
      "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });
  it("refuses other versions, unknown members, wrong roots and what is no JSON", () => {
    const bad = [
      { ...manifest, version: 2 },
      { ...manifest, extra: 1 },
      { ...manifest, roots: { ...manifest.roots, program: "0x12" } },
    ];
    for (const value of bad) expect(() => encodeManifest(value as Manifest)).to.throw(OperatorError, "not a manifest");
    expect(() => decodeManifest(new Uint8Array([0x7b, 0xff]))).to.throw(OperatorError, "JSON in UTF-8");
    expect(() => decodeManifest(new TextEncoder().encode("null"))).to.throw(OperatorError, "not a manifest");
  });
});
