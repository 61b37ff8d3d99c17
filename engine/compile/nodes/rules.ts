import { add } from "./add.ts";
import { concat } from "./concat.ts";
import { constant } from "./constant.ts";
import { div } from "./div.ts";
import { exp } from "./exp.ts";
import { flatten } from "./flatten.ts";
import { gather } from "./gather.ts";
import { gemm } from "./gemm.ts";
import { identity } from "./identity.ts";
import { log } from "./log.ts";
import { matmul } from "./matmul.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { reduceMean } from "./reduce-mean.ts";
import { reduceSum } from "./reduce-sum.ts";
import { relu } from "./relu.ts";
import { reshape } from "./reshape.ts";
import type { NodeRule } from "./rule.ts";
import { shape } from "./shape.ts";
import { sigmoid } from "./sigmoid.ts";
import { slice } from "./slice.ts";
import { softmax } from "./softmax.ts";
import { split } from "./split.ts";
import { sqrt } from "./sqrt.ts";
import { squeeze } from "./squeeze.ts";
import { sub } from "./sub.ts";
import { tanh } from "./tanh.ts";
import { transpose } from "./transpose.ts";
import { unsqueeze } from "./unsqueeze.ts";

const elementwise = [add, div, exp, log, mul, neg, relu, sigmoid, sqrt, sub, tanh];
const products = [gemm, matmul];
const sums = [reduceMean, reduceSum, softmax];
const movements = [concat, flatten, gather, identity, reshape, slice, split, squeeze, transpose, unsqueeze];

/** The supported ONNX nodes, by op type, in alphabetical order. */
export const nodeRules: ReadonlyMap<string, NodeRule> = new Map(
  [constant, shape, ...elementwise, ...products, ...sums, ...movements]
    .toSorted((a, b) => (a.opType < b.opType ? -1 : 1))
    .map((rule) => [rule.opType, rule]),
);
