import {
  elementCost,
  memoryNeed,
  outputWords,
  traceBytes,
  type CompiledModel,
  type MemoryNeed,
  type Operator,
  type OperatorKind,
  type Origin,
  type StepPhase,
} from "../engine/index.ts";
import { dearestJudgement, mostMoves, type JudgementCost, type SegmentShape } from "./judgement-cost.ts";

/** One operator of a step. */
export interface ExplainedOperator {
  readonly kind: OperatorKind;
  readonly extents: readonly number[];
  /** Work units of a step. */
  readonly work: bigint;
  /** Where it comes from; what was fused into it follows. */
  readonly origins: readonly Origin[];
  /** The state tensor that it produces. */
  readonly state?: string;
}

/** What a person wants to know of a compiled job before he pays for it. UNITS: bytes, work units, gas. */
export interface Explanation {
  /** Words that are trained, that stay as they are, and that the optimiser keeps beside them. */
  readonly parameters: { readonly trained: number; readonly frozen: number; readonly optimiser: number };
  readonly operators: Readonly<Partial<Record<OperatorKind, number>>>;
  /** Of a step, by the part of it; the forward part has the data and the loss with it. */
  readonly work: { readonly forward: bigint; readonly backward: bigint; readonly update: bigint };
  readonly memory: MemoryNeed;
  /** Outputs of all operators of a step: what a disputed step is committed to. */
  readonly traceBytes: number;
  /** An estimate. */
  readonly dearest: JudgementCost;
  /** Of a game about one segment, judgement included. */
  readonly mostMoves: number;
}

function workOf(operator: Operator): bigint {
  return BigInt(outputWords(operator)) * BigInt(elementCost(operator));
}

const parts: Readonly<Record<StepPhase, keyof Explanation["work"]>> = {
  data: "forward",
  forward: "forward",
  loss: "forward",
  backward: "backward",
  update: "update",
};

/** Every operator of a step, in order. */
export function explainOperators({ program, origins, states }: CompiledModel): ExplainedOperator[] {
  const first = program.operators.length - states.length;
  return program.operators.map((operator, index) => {
    const state = states[index - first]?.name;
    const explained = { kind: operator.kind, extents: operator.extents, work: workOf(operator) };
    return { ...explained, origins: origins[index] ?? [], ...(state === undefined ? {} : { state }) };
  });
}

/** What a job's step needs and costs, and what a game about a segment of it does. */
export function explainModel(model: CompiledModel, segment: SegmentShape): Explanation {
  const { program, origins, states } = model;
  const wordsOf = (role: string) =>
    states
      .filter((state) => state.role === role)
      .reduce((sum, { shape }) => sum + shape.reduce((words, extent) => words * extent, 1), 0);
  const operators: Partial<Record<OperatorKind, number>> = {};
  const work = { forward: 0n, backward: 0n, update: 0n };
  program.operators.forEach((operator, index) => {
    operators[operator.kind] = (operators[operator.kind] ?? 0) + 1;
    work[parts[origins[index]?.[0]?.phase ?? "update"]] += workOf(operator);
  });
  return {
    parameters: { trained: wordsOf("parameter"), frozen: wordsOf("frozen"), optimiser: wordsOf("optimiser") },
    operators,
    work,
    memory: memoryNeed(program),
    traceBytes: traceBytes(program),
    dearest: dearestJudgement(program),
    mostMoves: mostMoves(program, segment),
  };
}
