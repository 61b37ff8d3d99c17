import { readFileSync } from "node:fs";
import { expect } from "chai";
import { classifierProgram, type MapFunction, type Operator } from "../engine/index.ts";
import { computationGas, dearestJudgement, evidenceGas, mostMoves } from "./judgement-cost.ts";

interface Figure {
  readonly name: string;
  readonly gas: number;
  readonly bytes: number;
}

/** Greatest share by which an estimate may miss what was measured. */
const TOLERANCE = 0.3;
const text = readFileSync(new URL("../bench/results/gas.json", import.meta.url), "utf8");
const { judgements } = JSON.parse(text) as { readonly judgements: readonly Figure[] };

const program = classifierProgram({ words: 4, root: new Uint8Array(32) }, new Uint8Array(32));

const base = { dtype: "f32", extents: [1], operands: [] } as const;
const map = (fn: MapFunction): Operator => ({
  ...base,
  kind: "Map",
  instructions: Array.from({ length: 24 }, () => ({ fn, a: 0, b: 0, c: 0, imm: 0 })),
});
const guard = { offset: 0, coefficients: [], divisor: 1, bound: 1, stride: 1 };

/** What the measured operators are, by the beginning of their figures' names. */
const measured: Readonly<Record<string, Operator>> = {
  "Sample, shuffled": { ...base, kind: "Sample", fn: "dataset", basePosition: 0 },
  "Sample, random": { ...base, kind: "Sample", fn: "random", stream: 0 },
  Schedule: { ...base, kind: "Schedule" },
  "View, 4 pieces, 12 guards": { ...base, kind: "View", fill: 0, guards: [Array.from({ length: 12 }, () => guard)] },
  "Map, 24 mul": map("mul"),
  "Map, 24 exp": map("exp"),
  "Map, 24 erf": map("erf"),
  "Dot, 4,096 terms": { ...base, kind: "Dot", k: 4_096 },
  "Fold sum, 1,024 terms": { ...base, kind: "Fold", fn: "sum", k: 1_024, l: 0 },
  "Fold max, 1,024 terms": { ...base, kind: "Fold", fn: "max", k: 1_024, l: 0 },
  "Fold dot, 1,024 terms": { ...base, kind: "Fold", fn: "dot", k: 1_024, l: 0 },
  Gather: { ...base, kind: "Gather", rows: 1, rowStride: 1 },
  "Scatter, 4,096 of its index": { ...base, kind: "Scatter", axis: 0, k: 4_096 },
};

describe("the estimate of a judgement's gas", () => {
  for (const [name, operator] of Object.entries(measured))
    it(name, function () {
      const [ordinary, dear] = ["Gaussian", "subnormal"].map((data, i) => {
        const figure = judgements.find((each) => each.name === `large: ${name}, ${data}`)!;
        return (evidenceGas(figure.bytes) + computationGas(operator)[i as 0 | 1]) / figure.gas - 1;
      });
      this.test!.title += ` (off by ${Math.round(100 * ordinary!)} % on ordinary, ${Math.round(100 * dear!)} % on dear data)`;
      expect(Math.abs(ordinary!)).to.be.lessThan(TOLERANCE);
      expect(Math.abs(dear!)).to.be.lessThan(TOLERANCE);
    });

  it("finds the dearest operator of the classifier, and its size", function () {
    const { operator, evidenceBytes, gas, mostGas } = dearestJudgement(program);
    this.test!.title += ` (${program.operators[operator]!.kind}, ${evidenceBytes} bytes, ${gas} to ${mostGas} gas)`;
    expect(mostGas).to.be.within(gas, 6_000_000);
    // The largest of the measured judgements of small programs takes 13,444 bytes.
    expect(evidenceBytes).to.be.within(2_000, 16_000);
  });
});

describe("mostMoves", () => {
  it("counts the moves of the games about a segment of 7 steps, of one cell, of one step", () => {
    expect(mostMoves(program, { steps: 7, grid: 2 })).to.equal(11);
    expect(mostMoves(program, { steps: 7, grid: 1 })).to.equal(9);
    expect(mostMoves(program, { steps: 1, grid: 1 })).to.equal(7);
  });
});
