import type { Builder } from "../builder/builder.ts";
import type { Value } from "../builder/value.ts";
import { refuseSetting } from "./check.ts";
import { scheduledRates, type RateSchedule } from "./schedule.ts";

/** Rows of the longest table of powers. */
const maxRows = 2 ** 22;

/** Row `step` of a table of one column: a scalar. Past its end it is +0. */
function tableValue(b: Builder, table: Float32Array): Value {
  const { ref } = b.constant("f32", new Uint32Array(table.buffer), [table.length]);
  const operands = [{ ref, offset: 0, strides: [0] }];
  return b.emit({ kind: "Schedule", dtype: "f32", extents: [1], operands }, []);
}

/** The learning rate of the step. Throws the OperatorError `setting-invalid`. */
export function rateValue(b: Builder, schedule: RateSchedule, learningRate: number): Value {
  return tableValue(b, scheduledRates(schedule, learningRate));
}

/**
 * base^(step + 1), 0 ≤ base < 1, by repeated f32 products. The table ends where 1 minus the power is 1 in f32: what is read past
 * its end, +0, says the same, so that a job may have any number of steps. Throws the OperatorError `setting-invalid`.
 */
export function powerValue(b: Builder, base: number): Value {
  const factor = Math.fround(base);
  const rows = [factor];
  for (let last = factor; last > 2 ** -25; rows.push(last)) {
    last = Math.fround(last * factor);
    if (rows.length === maxRows)
      refuseSetting(`A beta of ${base} is too near to 1: its powers do not vanish in ${maxRows} steps.`, { base });
  }
  return tableValue(b, Float32Array.from(rows));
}
