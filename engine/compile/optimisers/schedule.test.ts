import { expect } from "chai";
import { OperatorError } from "../../../common/index.ts";
import { wordOf } from "../../kernels/reference/words.ts";
import { anneal, power, scheduledRates, type RateSchedule } from "./schedule.ts";

/** Of the highest rate. */
const TOLERANCE = 3e-7;
const RATE = 0.3;
const STEPS = 1_000;

const half = (u: number) => (1 + Math.cos(Math.PI * u)) / 2;

/** Each schedule with its formula in double precision. */
const formulas: readonly [RateSchedule, (step: number) => number][] = [
  [{ kind: "constant", steps: STEPS }, () => RATE],
  [{ kind: "constant", steps: STEPS, warmup: 100 }, (step) => RATE * Math.min(1, (step + 1) / 100)],
  [{ kind: "step", steps: STEPS, every: 150, factor: 0.7 }, (step) => RATE * 0.7 ** Math.floor(step / 150)],
  [{ kind: "cosine", steps: STEPS }, (step) => RATE * half(step / STEPS)],
  [
    { kind: "cosine", steps: STEPS, warmup: 50, end: 0.01 },
    (step) => (step < 50 ? (RATE * (step + 1)) / 50 : 0.01 + (RATE - 0.01) * half((step - 50) / 950)),
  ],
  [{ kind: "polynomial", steps: STEPS, end: 0.05 }, (step) => 0.05 + 0.25 * (1 - step / STEPS)],
  [{ kind: "polynomial", steps: STEPS, power: 3 }, (step) => RATE * (1 - step / STEPS) ** 3],
  [{ kind: "polynomial", steps: STEPS, power: 0.9 }, (step) => RATE * (1 - step / STEPS) ** 0.9],
  [
    // torch.optim.lr_scheduler.OneCycleLR: both sides are halves of a cosine.
    { kind: "oneCycle", steps: STEPS },
    (step) => {
      const [start, top] = [RATE / 25, 0.3 * STEPS - 1];
      if (step <= top) return RATE + (start - RATE) * half(step / top);
      const end = start / 1e4;
      return end + (RATE - end) * half((step - top) / (STEPS - 1 - top));
    },
  ],
];

describe("scheduledRates", () => {
  for (const [schedule, formula] of formulas) {
    const settings = Object.entries(schedule).map(([name, value]) => `${name} ${value}`);
    it(settings.join(", "), function () {
      const errors = [...scheduledRates(schedule, RATE)].map((rate, step) => Math.abs(rate - formula(step)) / RATE);
      const greatest = Math.max(...errors);
      this.test!.title += ` (greatest error ${greatest.toExponential(1)} of the rate)`;
      expect(errors).to.have.length(STEPS);
      expect(greatest).to.be.lessThan(TOLERANCE);
    });
  }

  it("is made of f32 operations alone: these words on every machine", () => {
    const words = (schedule: RateSchedule) =>
      [...scheduledRates(schedule, RATE)].map((rate) => wordOf(rate).toString(16));
    expect(words({ kind: "cosine", steps: 5, warmup: 1 })).to.deep.equal([
      "3e99999a",
      "3e99999a",
      "3e831b16",
      "3e199999",
      "3d33f421",
    ]);
    expect(words({ kind: "polynomial", steps: 4, power: 0.9 })).to.deep.equal([
      "3e99999a",
      "3e6d1fdd",
      "3e249fd9",
      "3db070a8",
    ]);
    expect(words({ kind: "oneCycle", steps: 10 })).to.deep.equal([
      "3c449ba0",
      "3e1fbe78",
      "3e99999a",
      "3e91fe94",
      "3e795e48",
      "3e3bc79a",
      "3deed7d4",
      "3d6754f4",
      "3c7365c8",
      "35a10fb0",
    ]);
  });

  it("anneals exactly at the ends and the middle, and from the one to the other alike", () => {
    expect([anneal(0), anneal(1)]).to.deep.equal([1, 0]);
    expect(anneal(0.5)).to.be.closeTo(0.5, 1e-7);
    for (let i = 0; i <= 64; i++) expect(anneal(i / 64)).to.be.closeTo(1 - anneal(1 - i / 64), 1.2e-7);
  });

  it("takes whole powers by products", () => {
    expect([power(3, 0), power(3, 4), power(0, 2), power(0, 0.5)]).to.deep.equal([1, 81, 0, 0]);
  });

  const refusals: [RateSchedule, string][] = [
    [{ kind: "cosine", steps: 0 }, "The steps of a cosine schedule is 0; give a whole number from 1 to 16777216."],
    [
      { kind: "cosine", steps: 10, warmup: 11 },
      "The warmup of a cosine schedule is 11; give a whole number from 0 to 10.",
    ],
    [
      { kind: "step", steps: 10, every: 2, factor: 2 },
      "The factor of a step schedule is 2; give a number above 0 and at most 1.",
    ],
    [{ kind: "polynomial", steps: 10, power: 0 }, "A polynomial schedule has an end of 0 or more and a power above 0."],
    [
      { kind: "oneCycle", steps: 2 },
      "A rise of 0.3 of 2 steps leaves no step for one side: change the rise or the steps.",
    ],
    [{ kind: "oneCycle", steps: 20, endDivisor: 0 }, "The divisors of a oneCycle schedule are above 0."],
  ];
  for (const [schedule, message] of refusals)
    it(message, () => {
      expect(() => scheduledRates(schedule, RATE))
        .to.throw(OperatorError, message)
        .with.property("code", "setting-invalid");
    });
});
