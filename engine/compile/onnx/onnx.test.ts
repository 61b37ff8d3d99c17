import { create, toBinary } from "@bufbuild/protobuf";
import { expect } from "chai";
import { OperatorError } from "../../../common/index.ts";
import { attributeTypes, dataTypes } from "./codes.ts";
import { importOnnx } from "./import.ts";
import {
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
} from "./onnx_pb.ts";
import { readTensor } from "./tensor.ts";
import { writeOnnx } from "./write.ts";

const tensor = (fields: Parameters<typeof create<typeof TensorProtoSchema>>[1]) =>
  readTensor(create(TensorProtoSchema, { name: "t", ...fields }));

function modelOf(node: Parameters<typeof create<typeof NodeProtoSchema>>[1], version = 14n): Uint8Array {
  const graph = create(GraphProtoSchema, { node: [create(NodeProtoSchema, node)] });
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph, opsetImport: [{ domain: "", version }] }));
}

describe("ONNX tensors", () => {
  it("are read from raw and from typed data, of every supported type", () => {
    const raw = (words: Int32Array | BigInt64Array | Float32Array) => new Uint8Array(words.buffer);
    const cases = [
      { dataType: dataTypes.float, rawData: raw(Float32Array.of(1.5, -2)), values: Float32Array.of(1.5, -2) },
      { dataType: dataTypes.float, floatData: [1.5, -2], values: Float32Array.of(1.5, -2) },
      { dataType: dataTypes.int32, rawData: raw(Int32Array.of(3, -4)), values: [3, -4] },
      { dataType: dataTypes.int32, int32Data: [3, -4], values: [3, -4] },
      { dataType: dataTypes.int64, rawData: raw(BigInt64Array.of(5n, -6n)), values: [5, -6] },
      { dataType: dataTypes.int64, int64Data: [5n, -6n], values: [5, -6] },
      { dataType: dataTypes.bool, rawData: Uint8Array.of(1, 0), values: [1, 0] },
      { dataType: dataTypes.uint8, rawData: Uint8Array.of(255, 0), values: [255, 0] },
      { dataType: dataTypes.int8, rawData: Uint8Array.of(255, 1), values: [-1, 1] },
      { dataType: dataTypes.bool, int32Data: [1, 0], values: [1, 0] },
    ];
    for (const { values, ...fields } of cases) expect(tensor({ dims: [2n], ...fields }).values).to.deep.equal(values);
  });

  const refusals: [Parameters<typeof tensor>[0], string][] = [
    [
      { dims: [1n], dataType: 11 },
      'Tensor "t" is of data type 11; supported are float, int32, int64, int8, uint8 and bool.',
    ],
    [{ dims: [2n], dataType: 1, rawData: new Uint8Array(4) }, 'Tensor "t" has 4 bytes where its shape needs 8.'],
    [{ dims: [2n], dataType: 1, floatData: [1] }, 'Tensor "t" has 1 elements where its shape needs 2.'],
    [
      { dims: [1n], dataType: 1, dataLocation: 1 },
      'Tensor "t" keeps its data in another file; export the model with inline data.',
    ],
  ];
  for (const [fields, message] of refusals)
    it(message, () => expect(() => tensor(fields)).to.throw(OperatorError, message));
});

describe("ONNX models", () => {
  it("leave empty tensors out, and the inputs that they are", () => {
    const empty = { dtype: "f32", shape: [0], values: new Float32Array() } as const;
    const { nodes, initialisers } = importOnnx(
      writeOnnx({
        name: "g",
        inputs: [{ name: "x", dtype: "f32", shape: ["n", 2] }],
        outputs: [{ name: "y", dtype: "f32" }],
        initialisers: { roi: empty },
        nodes: [
          { opType: "Constant", inputs: [], output: "scales", attributes: { value: empty } },
          { opType: "Resize", inputs: ["x", "roi", "scales"], output: "y" },
        ],
      }),
    );
    expect([...initialisers.keys()]).to.deep.equal([]);
    expect(nodes.map(({ inputs }) => inputs)).to.deep.equal([["x", "", ""]]);
  });

  it("come back as they were described", () => {
    const graph = importOnnx(
      writeOnnx({
        name: "g",
        inputs: [{ name: "x", dtype: "i32", shape: ["n", 2] }],
        outputs: [{ name: "y", dtype: "f32", shape: ["n", 2] }],
        initialisers: { w: { dtype: "f32", shape: [2], values: Float32Array.of(1, 2) } },
        nodes: [
          { opType: "Op", inputs: ["x", "", "w"], output: "y", attributes: { a: 3, b: { float: 0.5 }, c: [1, -2] } },
        ],
      }),
    );
    expect(graph.inputs).to.deep.equal([{ name: "x", dtype: "i32", shape: ["n", 2] }]);
    expect(graph.outputs).to.deep.equal(["y"]);
    expect(graph.initialisers.get("w")).to.deep.equal({ dtype: "f32", shape: [2], values: Float32Array.of(1, 2) });
    expect(graph.nodes[0]).to.include({ name: "y", opType: "Op" });
    expect(graph.nodes[0]!.inputs).to.deep.equal(["x", "", "w"]);
    expect([...graph.nodes[0]!.attributes]).to.deep.equal([
      ["a", 3],
      ["b", 0.5],
      ["c", [1, -2]],
    ]);
  });

  it("are refused for a tensor without a name or made twice", () => {
    const relu = { name: "r", opType: "Relu", input: ["x"], output: ["y"] };
    const twice = create(GraphProtoSchema, { node: [create(NodeProtoSchema, relu), create(NodeProtoSchema, relu)] });
    const nameless = create(GraphProtoSchema, { output: [{ name: "" }] });
    const bytes = (graph: typeof twice) =>
      toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph, opsetImport: [{ domain: "", version: 14n }] }));
    expect(() => importOnnx(bytes(twice))).to.throw(OperatorError, 'it has tensor "y" made twice; export it again.');
    expect(() => importOnnx(bytes(nameless))).to.throw(OperatorError, "it has a graph output without a name");
  });

  it("are refused for their opset, a node of another domain, and an attribute that is a graph", () => {
    const relu = { name: "r", opType: "Relu", output: ["y"] };
    expect(() => importOnnx(modelOf(relu, 9n))).to.throw(
      OperatorError,
      "The model uses opset 9; export it with one of 11 to 26.",
    );
    expect(() => importOnnx(modelOf({ ...relu, domain: "com.example" }))).to.throw(
      OperatorError,
      'Node "r" (Relu) is of the domain com.example; supported are the nodes of the default domain.',
    );
    const body = create(AttributeProtoSchema, { name: "body", type: 5 });
    expect(() => importOnnx(modelOf({ ...relu, attribute: [body] }))).to.throw(
      OperatorError,
      'Node "r" (Relu): attribute body is of a kind that is not supported; supported are numbers, strings, tensors and lists of numbers.',
    );
    const text = create(AttributeProtoSchema, { name: "mode", type: attributeTypes.string, s: Uint8Array.of(97, 98) });
    expect(importOnnx(modelOf({ ...relu, attribute: [text] })).nodes[0]!.attributes.get("mode")).to.equal("ab");
  });
});
