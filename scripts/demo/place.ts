import { equalBytes, type Prng } from "../../common/index.ts";
import { encodeState, type Executor, type Flip, type Order, type Program, type State } from "../../engine/index.ts";

/** A job as far as its training goes. */
export interface TrainingRun {
  readonly program: Program;
  readonly executor: Executor;
  readonly initialState: State;
  readonly steps: number;
  readonly interval: number;
  readonly seed: number;
  readonly order: Order;
}

/** Where one bit of one output is flipped; `step` counts from the checkpoint's first. */
export interface Place extends Flip {
  readonly checkpoint: number;
  readonly step: number;
}

export interface DrawnPlace {
  readonly place: Place;
  /** Places drawn before that leave the next checkpoint as it is. */
  readonly redrawn: readonly Place[];
}

/** The states an honest solver has at the start of every segment, and at the end. */
export function honestStates(run: TrainingRun): State[] {
  const states = [run.initialState];
  for (let first = 0; first < run.steps; first += run.interval)
    states.push(segmentEnd(run, states[states.length - 1], first));
  return states;
}

/** Uniform over all (checkpoint, step, operator, element, bit) whose next checkpoint root is not the honest one. */
export function drawPlace(run: TrainingRun, states: readonly State[], prng: Prng): DrawnPlace {
  const redrawn: Place[] = [];
  for (;;) {
    const place = anyPlace(run, prng);
    const { checkpoint } = place;
    const end = segmentEnd(run, states[checkpoint], checkpoint * run.interval, place);
    if (!equalBytes(encodeState(end), encodeState(states[checkpoint + 1]))) return { place, redrawn };
    redrawn.push(place);
  }
}

function segmentEnd(run: TrainingRun, start: State, first: number, place?: Place): State {
  const { executor, seed, order } = run;
  executor.setState(start);
  for (let step = first; step < Math.min(first + run.interval, run.steps); step++) {
    const flip = place !== undefined && step - first === place.step ? place : undefined;
    executor.step({ step, seed, order }, { flip });
  }
  return executor.getState().map((words) => words.slice());
}

function anyPlace({ program, steps, interval }: TrainingRun, prng: Prng): Place {
  // A step of the whole job fixes the checkpoint; an element of all outputs fixes the operator.
  const at = prng.below(steps);
  const sizes = program.operators.map(({ extents }) => extents.reduce((product, extent) => product * extent, 1));
  let element = prng.below(sizes.reduce((sum, size) => sum + size, 0));
  const operator = sizes.findIndex((size) => {
    if (element < size) return true;
    element -= size;
    return false;
  });
  return { checkpoint: Math.floor(at / interval), step: at % interval, operator, element, bit: prng.below(32) };
}
