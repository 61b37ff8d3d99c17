import { abs } from "./abs.ts";
import { add } from "./add.ts";
import { and } from "./and.ts";
import { attention } from "./attention.ts";
import { averagePool } from "./average-pool.ts";
import { batchNormalization } from "./batch-normalization.ts";
import { castLike } from "./cast-like.ts";
import { cast } from "./cast.ts";
import { ceil } from "./ceil.ts";
import { celu } from "./celu.ts";
import { clip } from "./clip.ts";
import { concat } from "./concat.ts";
import { constantOfShape } from "./constant-of-shape.ts";
import { constant } from "./constant.ts";
import { convTranspose } from "./conv-transpose.ts";
import { conv } from "./conv.ts";
import { cos } from "./cos.ts";
import { cumSum } from "./cum-sum.ts";
import { depthToSpace } from "./depth-to-space.ts";
import { div } from "./div.ts";
import { dropout } from "./dropout.ts";
import { einsum } from "./einsum.ts";
import { elu } from "./elu.ts";
import { equal } from "./equal.ts";
import { erf } from "./erf.ts";
import { exp } from "./exp.ts";
import { expand } from "./expand.ts";
import { flatten } from "./flatten.ts";
import { floor } from "./floor.ts";
import { gatherElements } from "./gather-elements.ts";
import { gather } from "./gather.ts";
import { gelu } from "./gelu.ts";
import { gemm } from "./gemm.ts";
import { globalAveragePool } from "./global-average-pool.ts";
import { globalMaxPool } from "./global-max-pool.ts";
import { greaterOrEqual } from "./greater-or-equal.ts";
import { greater } from "./greater.ts";
import { groupNormalization } from "./group-normalization.ts";
import { hardSigmoid } from "./hard-sigmoid.ts";
import { hardSwish } from "./hard-swish.ts";
import { identity } from "./identity.ts";
import { instanceNormalization } from "./instance-normalization.ts";
import { isNotANumber } from "./is-nan.ts";
import { layerNormalization } from "./layer-normalization.ts";
import { leakyRelu } from "./leaky-relu.ts";
import { lessOrEqual } from "./less-or-equal.ts";
import { less } from "./less.ts";
import { logSoftmax } from "./log-softmax.ts";
import { log } from "./log.ts";
import { matmul } from "./matmul.ts";
import { maxPool } from "./max-pool.ts";
import { max } from "./max.ts";
import { min } from "./min.ts";
import { mish } from "./mish.ts";
import { mod } from "./mod.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { not } from "./not.ts";
import { oneHot } from "./one-hot.ts";
import { or } from "./or.ts";
import { pad } from "./pad.ts";
import { pow } from "./pow.ts";
import { prelu } from "./prelu.ts";
import { range } from "./range.ts";
import { reciprocal } from "./reciprocal.ts";
import { reduceL1 } from "./reduce-l1.ts";
import { reduceL2 } from "./reduce-l2.ts";
import { reduceLogSumExp } from "./reduce-log-sum-exp.ts";
import { reduceMax } from "./reduce-max.ts";
import { reduceMean } from "./reduce-mean.ts";
import { reduceMin } from "./reduce-min.ts";
import { reduceProd } from "./reduce-prod.ts";
import { reduceSumSquare } from "./reduce-sum-square.ts";
import { reduceSum } from "./reduce-sum.ts";
import { relu } from "./relu.ts";
import { reshape } from "./reshape.ts";
import { resize } from "./resize.ts";
import { rmsNormalization, simplifiedLayerNormalization } from "./rms-normalization.ts";
import { round } from "./round.ts";
import type { NodeRule } from "./rule.ts";
import { selu } from "./selu.ts";
import { shape } from "./shape.ts";
import { sigmoid } from "./sigmoid.ts";
import { sign } from "./sign.ts";
import { sin } from "./sin.ts";
import { size } from "./size.ts";
import { slice } from "./slice.ts";
import { softmax } from "./softmax.ts";
import { softplus } from "./softplus.ts";
import { softsign } from "./softsign.ts";
import { spaceToDepth } from "./space-to-depth.ts";
import { split } from "./split.ts";
import { sqrt } from "./sqrt.ts";
import { squeeze } from "./squeeze.ts";
import { sub } from "./sub.ts";
import { sum } from "./sum.ts";
import { swish } from "./swish.ts";
import { tanh } from "./tanh.ts";
import { thresholdedRelu } from "./thresholded-relu.ts";
import { tile } from "./tile.ts";
import { transpose } from "./transpose.ts";
import { trilu } from "./trilu.ts";
import { unsqueeze } from "./unsqueeze.ts";
import { where } from "./where.ts";
import { xor } from "./xor.ts";

const activations = [
  celu,
  elu,
  erf,
  exp,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  log,
  mish,
  prelu,
  relu,
  selu,
  sigmoid,
  softplus,
  softsign,
  swish,
  tanh,
  thresholdedRelu,
];
const arithmetic = [
  abs,
  add,
  cast,
  castLike,
  ceil,
  clip,
  div,
  floor,
  max,
  min,
  mod,
  mul,
  neg,
  pow,
  reciprocal,
  round,
  sign,
  sqrt,
  sub,
  sum,
];
const conditions = [and, equal, greater, greaterOrEqual, isNotANumber, less, lessOrEqual, not, or, where, xor];
const products = [attention, conv, convTranspose, cumSum, einsum, gemm, matmul];
const pools = [averagePool, globalAveragePool, globalMaxPool, maxPool];
const sums = [
  logSoftmax,
  reduceL1,
  reduceL2,
  reduceLogSumExp,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceProd,
  reduceSum,
  reduceSumSquare,
  softmax,
];
const normalisations = [
  batchNormalization,
  dropout,
  groupNormalization,
  instanceNormalization,
  layerNormalization,
  rmsNormalization,
  simplifiedLayerNormalization,
];
const movements = [
  concat,
  depthToSpace,
  expand,
  flatten,
  gather,
  gatherElements,
  identity,
  pad,
  reshape,
  resize,
  slice,
  spaceToDepth,
  split,
  squeeze,
  tile,
  transpose,
  trilu,
  unsqueeze,
];
const sources = [sin, cos, constant, constantOfShape, oneHot, range, shape, size];

/** The supported ONNX nodes, by op type, in alphabetical order. */
export const nodeRules: ReadonlyMap<string, NodeRule> = new Map(
  [
    ...activations,
    ...arithmetic,
    ...conditions,
    ...products,
    ...pools,
    ...sums,
    ...normalisations,
    ...movements,
    ...sources,
  ]
    .toSorted((a, b) => (a.opType < b.opType ? -1 : 1))
    .map((rule) => [rule.opType, rule]),
);

const order = "it sorts or searches, which no operator does; leave it out of the graph";
const dependent =
  "the shape of its output depends on the data, and a program's shapes are fixed; leave it out of the graph";
const control = "a program runs the same operators in every step; unroll it";
const recurrent = "recurrent layers are not compiled; unroll it into products and activations";
const quantised = "a job trains in f32; export the model before it is quantised";

/** Why a node that people meet has no rule, and what to do. */
export const refusedNodes: ReadonlyMap<string, string> = new Map([
  ...["ArgMax", "ArgMin", "Sort", "TopK"].map((opType) => [opType, order] as const),
  ...["Compress", "NonMaxSuppression", "NonZero", "Unique"].map((opType) => [opType, dependent] as const),
  ...["If", "Loop", "Scan"].map((opType) => [opType, control] as const),
  ...["GRU", "LSTM", "RNN"].map((opType) => [opType, recurrent] as const),
  ...["DequantizeLinear", "QuantizeLinear"].map((opType) => [opType, quantised] as const),
]);
