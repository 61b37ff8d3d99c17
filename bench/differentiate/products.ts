import { broadcast, type Emitter, type Tensor } from "./emitter.ts";
import { int, type Rule } from "./rule.ts";

/** a·b of matrices, each turned where asked: onnxruntime reads a turned matrix in place. */
function gemm(e: Emitter, [a, transA]: readonly [Tensor, 0 | 1], [b, transB]: readonly [Tensor, 0 | 1]): Tensor {
  return e.emit("Gemm", [a, b], [a.shape[transA]!, b.shape[1 - transB]!], { transA, transB });
}

/** ASSUMES: a matrix on the right, or the same leading axes on both sides. */
const matMul: Rule = (e, { inputs }) => {
  const [a, b] = inputs as [Tensor, Tensor];
  const output = e.emit("MatMul", [a, b], [...a.shape.slice(0, -1), b.shape.at(-1)!]);
  if (b.shape.length === 2)
    return {
      outputs: [output],
      pullback: ([g]) => [
        () => e.reshape(gemm(e, [e.rows(g!), 0], [b, 1]), a.shape),
        () => gemm(e, [e.rows(a), 1], [e.rows(g!), 0]),
      ],
    };
  return {
    outputs: [output],
    pullback: ([g]) => [
      () => e.emit("MatMul", [g!, e.turn(b)], a.shape),
      () => e.emit("MatMul", [e.turn(a), g!], b.shape),
    ],
  };
};

/** ASSUMES: alpha and beta 1, a bias, the left matrix as it stands. */
const gemmNode: Rule = (e, { node, inputs }) => {
  const [a, b, c] = inputs as [Tensor, Tensor, Tensor];
  const transB = int(node, "transB", 0) as 0 | 1;
  const output = e.emit("Gemm", [a, b, c], broadcast([a.shape[0]!, b.shape[1 - transB]!], c.shape), { transB });
  return {
    outputs: [output],
    pullback: ([g]) => [
      () => gemm(e, [g!, 0], [b, transB === 1 ? 0 : 1]),
      () => (transB === 1 ? gemm(e, [g!, 1], [a, 0]) : gemm(e, [a, 1], [g!, 0])),
      () => e.sumTo(g!, c.shape),
    ],
  };
};

export const productRules: Readonly<Record<string, Rule>> = { MatMul: matMul, Gemm: gemmNode };
