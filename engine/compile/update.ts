import type { Ref } from "../program/types.ts";
import { wordsOf, type Builder } from "./builder/builder.ts";
import { makeValue, type Value } from "./builder/value.ts";
import { wordOf } from "../kernels/reference/words.ts";
import { clipped, type Clip } from "./optimisers/clip.ts";
import { checkOptimiser } from "./optimisers/check.ts";
import { applyOptimiser, weightDecayOf, type Optimiser } from "./optimisers/optimisers.ts";
import type { RateSchedule } from "./optimisers/schedule.ts";
import { biasCorrection, rateValue } from "./optimisers/tables.ts";

/** How gradients become the next parameters. */
export interface UpdateSettings {
  readonly optimiser: Optimiser;
  /** Of the learning rate; constant without end if left out. */
  readonly schedule?: RateSchedule;
  readonly clip?: Clip;
}

export interface Trained {
  readonly name: string;
  /** Before the step, in the order of the state's words; so is the gradient. */
  readonly parameter: Value;
  readonly gradient: Value;
  /** Whether the optimiser's weight decay holds for it. */
  readonly decays: boolean;
}

/** A tensor that an optimiser keeps beside a parameter. */
export interface Moment {
  /** `<moment>/<parameter>` */
  readonly name: string;
  /** Of the parameter's state words. */
  readonly shape: readonly number[];
  readonly initial: Uint32Array;
  /** After the step. */
  readonly value: Value;
}

export interface UpdatedParameter {
  readonly value: Value;
  readonly moments: readonly Moment[];
}

/**
 * The parameters after the step, in their order. Moments are state tensors from `firstMoment` on, in the order of the parameters.
 * Throws the OperatorError `setting-invalid`.
 */
export function updateParameters(
  b: Builder,
  trained: readonly Trained[],
  { optimiser, schedule, clip }: UpdateSettings,
  firstMoment: number,
): UpdatedParameter[] {
  checkOptimiser(optimiser);
  const { learningRate } = optimiser;
  const rate = schedule === undefined ? learningRate : rateValue(b, schedule, learningRate);
  const gradients = clipped(
    b,
    trained.map(({ gradient }) => gradient),
    clip,
  );
  let next = firstMoment;
  return trained.map(({ name, parameter, decays }, i) => {
    const { shape } = parameter;
    b.origin = { phase: "update", name };
    const asked = new Map<string, { ref: Ref; start: number }>();
    const { parameter: value, moments } = applyOptimiser(optimiser, {
      builder: b,
      parameter,
      gradient: gradients[i] as (typeof gradients)[number],
      weightDecay: decays ? weightDecayOf(optimiser) : 0,
      rate,
      biasCorrection: (base) => biasCorrection(b, base),
      moment: (moment, start = 0) => {
        const ref = { space: "state", index: next++ } as const;
        asked.set(moment, { ref, start });
        return makeValue(ref, "f32", shape);
      },
    });
    const kept = [...asked].map(([moment, { start }]): Moment => {
      const [initial, word] = [new Uint32Array(wordsOf(parameter)), wordOf(start)];
      // Zeros that nobody wrote take no memory yet.
      if (word !== 0) initial.fill(word);
      return { name: `${moment}/${name}`, shape, initial, value: moments[moment] as Value };
    });
    return { value, moments: kept };
  });
}
