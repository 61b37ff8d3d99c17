import { exp, log } from "../../kernels/reference/functions.ts";
import { floatOf } from "../../kernels/reference/words.ts";
import { refuseSetting } from "./check.ts";

/**
 * How the learning rate goes over the steps of a job. `steps` is the number of steps that the table covers: after them the rate is 0.
 * `warmup` steps come first, in which the rate rises by equal parts. SPEC: spec/tables.md, one f32 rounding for each sign there.
 */
export type RateSchedule =
  | { readonly kind: "constant"; readonly steps: number; readonly warmup?: number }
  | {
      readonly kind: "step";
      readonly steps: number;
      readonly warmup?: number;
      /** Steps from one change of the rate to the next. */
      readonly every: number;
      /** What the rate is multiplied by. */
      readonly factor: number;
    }
  /** Half a cosine from the rate down to `end`; 0 if left out. */
  | { readonly kind: "cosine"; readonly steps: number; readonly warmup?: number; readonly end?: number }
  | {
      readonly kind: "polynomial";
      readonly steps: number;
      readonly warmup?: number;
      /** 1, a straight line, if left out. */
      readonly power?: number;
      readonly end?: number;
    }
  | {
      readonly kind: "oneCycle";
      readonly steps: number;
      /** Part of the steps in which the rate rises; 0.3 if left out. */
      readonly rise?: number;
      /** Rate at the start: the highest over it; 25 if left out. */
      readonly startDivisor?: number;
      /** Rate at the end: that at the start over it; 10,000 if left out. */
      readonly endDivisor?: number;
    };

export const scheduleNames = ["constant", "step", "cosine", "polynomial", "oneCycle"] as const;

/** Most steps that a table covers: 64 MiB of rates. */
const maxSteps = 2 ** 24;

const f = Math.fround;
const halfPi = floatOf(0x3fc90fdb);
const sine = [0x3638ef1d, 0xb9500d01, 0x3c088889, 0xbe2aaaab].map(floatOf) as [number, number, number, number];

/** cos²(πu/2) = (1 + cos πu)/2 for 0 ≤ u ≤ 1. SPEC: spec/tables.md, anneal. */
export function anneal(u: number): number {
  const early = u <= 0.5;
  const a = f((early ? u : f(1 - u)) * halfPi);
  const z = f(a * a);
  const [first, ...rest] = sine;
  let p = first;
  for (const coefficient of rest) p = f(f(p * z) + coefficient);
  const s = f(f(f(p * z) * a) + a);
  const q = f(s * s);
  return early ? f(1 - q) : q;
}

/** SPEC: spec/tables.md, power: repeated products where the exponent is whole, else exp(exponent·log(x)). */
export function power(x: number, exponent: number): number {
  if (!Number.isInteger(exponent) || exponent > 64) return x === 0 ? 0 : exp(f(f(exponent) * log(x)));
  let result = 1;
  for (let i = 0; i < exponent; i++) result = f(result * x);
  return result;
}

/** from + (to − from)·part */
function between(from: number, to: number, part: number): number {
  return f(from + f(f(to - from) * part));
}

type Annealed = Exclude<RateSchedule, { kind: "oneCycle" }>;

/** The rate of each step after the warm-up. */
function settled(schedule: Annealed, rate: number, count: number): (step: number) => number {
  if (schedule.kind === "constant") return () => rate;
  if (schedule.kind === "step") {
    const { every, factor } = schedule;
    return (step) => f(rate * power(f(factor), Math.floor(step / every)));
  }
  const end = f(schedule.end ?? 0);
  if (schedule.kind === "cosine") return (step) => between(end, rate, anneal(f(step / count)));
  const exponent = schedule.power ?? 1;
  return (step) => between(end, rate, power(f(1 - f(step / count)), exponent));
}

function cycle(schedule: Extract<RateSchedule, { kind: "oneCycle" }>, rate: number): Float32Array {
  const { steps, rise = 0.3, startDivisor = 25, endDivisor = 1e4 } = schedule;
  const top = f(f(f(rise) * steps) - 1);
  if (!(rise > 0 && rise < 1 && top > 0 && steps - 1 > top))
    refuseSetting(`A rise of ${rise} of ${steps} steps leaves no step for one side: change the rise or the steps.`, {
      rise,
      steps,
    });
  if (!(f(startDivisor) > 0 && f(endDivisor) > 0))
    refuseSetting("The divisors of a oneCycle schedule are above 0.", { startDivisor, endDivisor });
  const start = f(rate / f(startDivisor));
  const end = f(start / f(endDivisor));
  return Float32Array.from({ length: steps }, (_, step) =>
    step <= top
      ? between(rate, start, anneal(f(step / top)))
      : between(end, rate, anneal(f(f(step - top) / f(steps - 1 - top)))),
  );
}

function check(schedule: RateSchedule): void {
  const whole = (name: string, value: number, least: number, most: number) => {
    if (!Number.isInteger(value) || value < least || value > most)
      refuseSetting(
        `The ${name} of a ${schedule.kind} schedule is ${value}; give a whole number from ${least} to ${most}.`,
        {
          name,
          value,
        },
      );
  };
  whole("steps", schedule.steps, 1, maxSteps);
  if (schedule.kind === "oneCycle") return;
  whole("warmup", schedule.warmup ?? 0, 0, schedule.steps);
  if (schedule.kind === "step") {
    whole("every", schedule.every, 1, maxSteps);
    if (!(f(schedule.factor) > 0 && f(schedule.factor) <= 1))
      refuseSetting(`The factor of a step schedule is ${schedule.factor}; give a number above 0 and at most 1.`, {
        factor: schedule.factor,
      });
  }
  const { end = 0, power: exponent = 1 } = { ...schedule } as { end?: number; power?: number };
  if (!(f(end) >= 0 && Number.isFinite(f(end)) && f(exponent) > 0 && Number.isFinite(f(exponent))))
    refuseSetting(`A ${schedule.kind} schedule has an end of 0 or more and a power above 0.`, { end, exponent });
}

/** The rates of steps 0, 1, …: one f32 a step. Throws the OperatorError `setting-invalid`. */
export function scheduledRates(schedule: RateSchedule, learningRate: number): Float32Array {
  check(schedule);
  const rate = f(learningRate);
  if (schedule.kind === "oneCycle") return cycle(schedule, rate);
  const { steps, warmup = 0 } = schedule;
  const after = settled(schedule, rate, steps - warmup);
  return Float32Array.from({ length: steps }, (_, step) =>
    step < warmup ? f(rate * f((step + 1) / warmup)) : after(step - warmup),
  );
}
