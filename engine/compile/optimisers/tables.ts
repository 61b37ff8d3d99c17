import type { Builder } from "../builder/builder.ts";
import { call } from "../builder/map.ts";
import type { Value } from "../builder/value.ts";
import { refuseSetting } from "./check.ts";
import { evaluate } from "./expression.ts";
import { scheduledRates, type RateSchedule } from "./schedule.ts";

/** Rows of the longest table of powers. */
const maxRows = 2 ** 22;

/** Row `step` of a table of `width` columns: a vector of them. Past its end it is +0. */
function tableRow(b: Builder, table: Float32Array, width: number): Value {
  const { ref } = b.constant("f32", new Uint32Array(table.buffer), [table.length]);
  const operands = [{ ref, offset: 0, strides: [0] }];
  return b.emit({ kind: "Schedule", dtype: "f32", extents: [width], operands });
}

/** The learning rate of the step. Throws the OperatorError `setting-invalid`. */
export function rateValue(b: Builder, schedule: RateSchedule, learningRate: number): Value {
  return elementAt(tableRow(b, scheduledRates(schedule, learningRate), 1), 0);
}

/** Element `index` of a vector: a scalar. */
function elementAt(vector: Value, index: number): Value {
  return { ...vector, shape: [], strides: [], offset: vector.offset + index };
}

/**
 * base^(step + 1), 0 ≤ base < 1, each as the sum of two f32. ROUNDS: repeated products in binary64, since 1 minus an f32 near 1 would
 * have few right digits; then the nearest f32 and what it lacks. The table ends where 1 minus the power is 1: what is read past its
 * end, +0, says the same, so that a job may have any number of steps. SPEC: spec/tables.md, Powers.
 */
function powers(base: number): Float32Array {
  const rows: number[] = [];
  for (let power = base; ; power *= base) {
    const high = Math.fround(power);
    rows.push(high, Math.fround(power - high));
    if (high <= 2 ** -25) return Float32Array.from(rows);
    if (rows.length === 2 * maxRows)
      refuseSetting(`A beta of ${base} is too near to 1: its powers do not vanish in ${maxRows} steps.`, { base });
  }
}

/** 1 − base^(step + 1), what an average that started at zero lacks: a scalar. Throws the OperatorError `setting-invalid`. */
export function biasCorrection(b: Builder, base: number): Value {
  const row = tableRow(b, powers(base), 2);
  const [high, low] = [elementAt(row, 0), elementAt(row, 1)];
  return evaluate(b, (use) => call("sub", call("sub", use(1), use(high)), use(low)));
}
