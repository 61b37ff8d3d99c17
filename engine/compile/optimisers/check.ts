import { OperatorError } from "../../../common/index.ts";
import type { Optimiser } from "./optimisers.ts";

interface Range {
  readonly holds: (value: number) => boolean;
  readonly text: string;
}

const finite = (value: number) => Number.isFinite(Math.fround(value));
const positive: Range = { holds: (value) => finite(value) && Math.fround(value) > 0, text: "above 0" };
const notNegative: Range = { holds: (value) => finite(value) && value >= 0, text: "0 or more" };
const part: Range = { holds: (value) => value >= 0 && Math.fround(value) < 1, text: "from 0 to below 1" };

const ranges: Readonly<Record<string, Range>> = {
  learningRate: positive,
  momentum: part,
  alpha: part,
  betas: part,
  epsilon: notNegative,
  weightDecay: notNegative,
  initialAccumulator: notNegative,
};

export function refuseSetting(message: string, facts: Record<string, unknown>): never {
  throw new OperatorError("setting-invalid", message, facts);
}

/** Refuses a number that f32 cannot hold as it is meant. Throws the OperatorError `setting-invalid`. */
export function checkOptimiser(optimiser: Optimiser): void {
  for (const [name, setting] of Object.entries(optimiser)) {
    const range = ranges[name];
    const values = Array.isArray(setting) ? (setting as number[]) : [setting as number];
    const wrong = range === undefined ? undefined : values.find((value) => !range.holds(value));
    if (range === undefined || wrong === undefined) continue;
    refuseSetting(`The ${name} of ${optimiser.kind} is ${wrong}; give a number ${range.text}.`, { name, value: wrong });
  }
  if (optimiser.kind === "sgd" && optimiser.nesterov === true && (optimiser.momentum ?? 0) === 0)
    refuseSetting("Nesterov's step needs a momentum above 0.", { momentum: optimiser.momentum ?? 0 });
}
