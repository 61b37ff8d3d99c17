import { commitTensor } from "../commit/tensor.ts";
import type { ConstantDeclaration, Operator, Program, Ref } from "../program/types.ts";
import { wordsOf, type Builder } from "./builder/builder.ts";
import { originsOf, withOrigins, withoutOrigins, type Origin } from "./builder/origin.ts";
import { withShape, type Value } from "./builder/value.ts";
import { contiguous, copyOf } from "./builder/view.ts";
import { collapseMaps } from "./passes/collapse-maps.ts";
import { prune, withRefs } from "./passes/draft.ts";
import { fuseMaps } from "./passes/fuse-maps.ts";
import { inlineStates } from "./passes/inline-states.ts";
import { startSums } from "./passes/start-sums.ts";

export interface AssembledProgram {
  readonly program: Program;
  /** Words of each constant that the program declares. */
  readonly constants: readonly Uint32Array[];
  /** Of each operator of the program: where it comes from. */
  readonly origins: readonly (readonly Origin[])[];
}

/** The copy that produces a state tensor, row-major and flat. */
function stateCopy(b: Builder, value: Value): Operator {
  const copy = copyOf(withShape(contiguous(b, value), [wordsOf(value)]));
  return withOrigins(copy, [{ phase: "update" }]);
}

/** Constants in the order of their first use, and the operators that name them by it. */
function declareConstants(b: Builder, operators: readonly Operator[]) {
  const order = new Map<number, number>();
  const change = (ref: Ref): Ref => {
    if (ref.space !== "constant") return ref;
    if (!order.has(ref.index)) order.set(ref.index, order.size);
    return { ...ref, index: order.get(ref.index) as number };
  };
  const renamed = operators.map((operator) => withRefs(operator, change));
  const used = [...order.keys()].map((index) => b.constants[index] as (typeof b.constants)[number]);
  const declarations = used.map(({ dtype, words }): ConstantDeclaration => ({
    dtype,
    words: words.length,
    root: commitTensor(words, dtype).root,
  }));
  return { operators: renamed, declarations, constants: used.map(({ words }) => words) };
}

/** What a program's next state is made of. */
export interface NextState {
  /** State tensors in the order of the builder's state refs. */
  readonly values: readonly Value[];
  /** The declared order, as indices into `values`; the same one if left out. */
  readonly order?: readonly number[];
  /** Positions of one step; the builder's if left out. */
  readonly batch?: number;
}

/**
 * The program whose next state is `values`: what feeds none of them is gone, sums start where they can, elementwise chains are
 * single Maps. A function of the emitted operators alone, so one model and settings have one program root.
 */
export function assemble(b: Builder, { values, order, batch = b.batch }: NextState): AssembledProgram {
  const declared = order ?? values.map((_, index) => index);
  const places = new Map(declared.map((index, place) => [index, place]));
  const renamed = (ref: Ref): Ref => (ref.space === "state" ? { ...ref, index: places.get(ref.index) as number } : ref);
  const states = declared.map((index) => values[index] as Value);
  const copies = states.map((value) => stateCopy(b, value));
  const operators = [...b.operators, ...copies].map((operator) => withRefs(operator, renamed));
  const draft = prune({ operators, states: states.length });
  const passes = [startSums, inlineStates, fuseMaps, collapseMaps];
  const done = passes.reduce((result, pass) => pass(result), draft);
  const { operators: finished, declarations, constants } = declareConstants(b, done.operators);
  const program: Program = {
    states: states.map((value) => ({ dtype: value.dtype, words: wordsOf(value) })),
    fields: b.fields.map(({ dtype, length }) => ({ dtype, length })),
    constants: declarations,
    operators: finished.map(withoutOrigins),
    batch,
  };
  return { program, constants, origins: finished.map(originsOf) };
}
