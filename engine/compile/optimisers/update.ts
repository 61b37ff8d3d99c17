import type { Builder } from "../builder/builder.ts";
import type { Value } from "../builder/value.ts";
import type { Expression, Scalar } from "./expression.ts";

/** What an optimiser sees of one parameter in one step. All values are f32, elementwise in the order of the parameter's state words. */
export interface Update {
  readonly builder: Builder;
  /** Before the step. */
  readonly parameter: Value;
  /** Of the loss, clipped. */
  readonly gradient: Expression;
  /** 0 where the parameter belongs to those without decay. */
  readonly weightDecay: number;
  /** The learning rate of this step. */
  readonly rate: Scalar;
  /** A tensor of the parameter's size that survives the step, all `start` before the first one: its words before the step. */
  moment(name: string, start?: number): Value;
  /** 1 − base^(step + 1): one word. */
  biasCorrection(base: number): Value;
}

export interface Updated {
  readonly parameter: Value;
  /** After the step, of each moment that the update asked for. */
  readonly moments: Readonly<Record<string, Value>>;
}
