import { OperatorError } from "../../../common/index.ts";
import type { Dataset } from "../../dataset.ts";
import { treeBytes, u32Bytes } from "../../../common/index.ts";
import { chunkCount } from "../../commit/tensor.ts";
import { elementCost, outputWords } from "../../program/cost.ts";
import type { Program, Ref } from "../../program/types.ts";
import { alignBytes, planOutputs, type OutputPlan } from "./arena.ts";
import { fuse, separate, type Group } from "./fuse.ts";
import { encodeTiles } from "./fused-record.ts";
import { largestTreeBytes, leafRanges } from "./hash.ts";
import { memoryLimit, type KernelKind, type KernelModule } from "./loader.ts";
import { splitOperator, splitRows } from "./split.ts";
import { controlBytes } from "./team.ts";
import { encodePlanned } from "./turned.ts";

/** A tensor's place in the memory. UNITS: `start` bytes. */
export interface Place {
  readonly start: number;
  readonly words: number;
}

/** One thread's part of a call. */
export interface PlacedPart {
  /** Where its record lies. UNITS: bytes. */
  readonly record: number;
  /** The record itself. */
  readonly bytes: Uint8Array;
  /** Where its output begins in the operator's; 0 for a group's, whose record says it. UNITS: bytes. */
  readonly start: number;
}

/** What a group is computed by. */
export interface PlacedCall {
  readonly kind: KernelKind;
  /** The first thread's first. */
  readonly parts: readonly PlacedPart[];
  /** Where its table lies, for even and for odd steps. UNITS: bytes. */
  readonly tables: readonly [number, number];
  /** What the table's entries name, in order. */
  readonly entries: readonly Ref[];
  /** The last operator of the group; of a single one, what its output is. */
  readonly operator: number;
}

/** A way through a step. */
export interface Plan {
  readonly calls: readonly PlacedCall[];
  /** Outputs, for even and for odd steps; undefined where a group keeps them to itself. */
  readonly outputs: readonly [readonly (Place | undefined)[], readonly (Place | undefined)[]];
}

/** Where everything lies. UNITS: bytes from the start of the memory. */
export interface Layout {
  readonly context: number;
  /** What the threads of the engine tell each other. */
  readonly control: number;
  /** Working memory of each thread. */
  readonly scratches: readonly number[];
  /** Operators in groups. */
  readonly fused: Plan;
  /** Operator by operator, for who looks at every output. Its outputs lie in the same memory as the other plan's. */
  readonly traced: Plan;
  /** Two calls an operator, `Leaves` and `Nodes`, that hash its traced output to the same place. */
  readonly hashed: Plan;
  readonly fields: readonly Place[];
  readonly constants: readonly Place[];
  /** Start states of even and of odd steps: each is the other's next state. */
  readonly states: readonly [readonly Place[], readonly Place[]];
  /** First byte past everything. */
  readonly end: number;
}

/** Words of an entry of a table: address, words, stride between samples (fields), zero. */
export const TABLE_WORDS = 4;

const CONTEXT_BYTES = 64;

/** Hands out the memory from `end` on. */
class Ground {
  end: number;

  constructor(end: number) {
    this.end = end;
  }

  take(size: number): number {
    const start = this.end;
    this.end += alignBytes(size);
    return start;
  }

  place(words: number): Place {
    return { start: this.take(words * 4), words };
  }
}

/** How work is divided. */
export interface Division {
  readonly threads: number;
  /** See `splitOperator`. */
  readonly leastWork?: number | undefined;
}

/** Records of the parts of a group. */
function partsOf(program: Program, { operators, tiles }: Group, { threads, leastWork }: Division) {
  const members = operators.map((j) => program.operators[j]!);
  if (tiles === undefined)
    return splitOperator(members[0]!, threads, leastWork).map(({ operator, firstWord }) => {
      return { bytes: encodePlanned(operator), start: firstWord * 4 };
    });
  const work = members.reduce((sum, operator) => sum + outputWords(operator) * elementCost(operator), 0);
  return splitRows(tiles, work, threads, leastWork).map(({ from, to }) => {
    return { bytes: encodeTiles(tiles, from, to), start: 0 };
  });
}

function placeCall(ground: Ground, program: Program, group: Group, division: Division): PlacedCall {
  const { operators, tiles } = group;
  const operator = operators.at(-1)!;
  const parts = partsOf(program, group, division).map(({ bytes, start }): PlacedPart => {
    return { record: ground.take(bytes.length), bytes, start };
  });
  const outputs = tiles?.outputs.map((output): Ref => ({ space: "operator", index: output.operator })) ?? [];
  const operands = tiles?.operands.map(({ read }) => read) ?? program.operators[operator]!.operands;
  const entries = [...operands.map(({ ref }) => ref), ...outputs];
  const table = () => ground.take(entries.length * TABLE_WORDS * 4);
  const kind = tiles === undefined ? program.operators[operator]!.kind : "Fused";
  return { kind, parts, tables: [table(), table()], entries, operator };
}

/** Hashes of every operator's output. */
function planHashes(ground: Ground, program: Program, { threads }: Division): Plan {
  const { operators } = program;
  const { start } = ground.place(largestTreeBytes(program) / 4);
  const calls = operators.flatMap((output, operator): PlacedCall[] => {
    const leafCount = chunkCount(outputWords(output));
    const part = (bytes: Uint8Array, start: number) => ({ record: ground.take(bytes.length), bytes, start });
    const ranges = leafRanges(leafCount, threads).map(({ from, to }) => part(u32Bytes(from, to), from * 32));
    const table = () => ground.take(TABLE_WORDS * 4);
    const entries: Ref[] = [{ space: "operator", index: operator }];
    return [
      { kind: "Leaves", parts: ranges, tables: [table(), table()], entries, operator },
      { kind: "Nodes", parts: [part(u32Bytes(leafCount), 0)], tables: [0, 0], entries: [], operator },
    ];
  });
  const trees = operators.map((output) => ({ start, words: treeBytes(chunkCount(outputWords(output))) / 4 }));
  return { calls, outputs: [trees, trees] };
}

/** Outputs from `first` on; those of state producers are the next state. */
function placeOutputs(
  program: Program,
  { starts }: OutputPlan,
  first: number,
  states: Layout["states"],
): Plan["outputs"] {
  const firstProducer = program.operators.length - program.states.length;
  const outputsOf = (parity: 0 | 1) =>
    program.operators.map((operator, j): Place | undefined => {
      if (j >= firstProducer) return states[1 - parity]![j - firstProducer]!;
      const start = starts[j];
      return start === undefined ? undefined : { start: first + start, words: outputWords(operator) };
    });
  return [outputsOf(0), outputsOf(1)];
}

/**
 * Lays out a program's tensors past the kernels' own data, and its records for so many threads.
 * @throws OperatorError `program-too-large`
 */
export function planLayout(
  { arenaStart, scratchBytes }: KernelModule,
  program: Program,
  dataset: Dataset,
  division: Division,
): Layout {
  const ground = new Ground(arenaStart);
  const context = ground.take(CONTEXT_BYTES);
  const control = ground.take(controlBytes);
  const scratches = Array.from({ length: division.threads }, () => ground.take(scratchBytes));
  const groupings = [fuse(program), separate(program)] as const;
  const [fusedCalls, tracedCalls] = groupings.map(({ program: planned, groups }) =>
    groups.map((group) => placeCall(ground, planned, group, division)),
  ) as [PlacedCall[], PlacedCall[]];
  // A field that does not lie in memory has no place in this one either.
  const fields = dataset.fields.map(({ words }) => ground.place(words instanceof Uint32Array ? words.length : 0));
  const constants = program.constants.map(({ words }) => ground.place(words));
  const state = () => program.states.map(({ words }) => ground.place(words));
  const states = [state(), state()] as const;

  const [fusedPlan, tracedPlan] = groupings.map(planOutputs) as [OutputPlan, OutputPlan];
  const first = ground.take(Math.max(fusedPlan.bytes, tracedPlan.bytes));
  const hashed = planHashes(ground, program, division);
  const { end } = ground;
  if (end + 64 > memoryLimit) {
    throw new OperatorError("program-too-large", "The program's tensors exceed 4 GiB; use a smaller batch or model.", {
      bytes: end,
    });
  }
  const fused = { calls: fusedCalls, outputs: placeOutputs(program, fusedPlan, first, states) };
  const traced = { calls: tracedCalls, outputs: placeOutputs(program, tracedPlan, first, states) };
  return { context, control, scratches, fused, traced, hashed, fields, constants, states, end };
}

/** The ways through a step, in the order in which threads count their calls; with each the one whose outputs its tables name. */
export function plansOf({ fused, traced, hashed }: Layout): readonly (readonly [Plan, Plan])[] {
  return [
    [fused, fused],
    [traced, traced],
    [hashed, traced],
  ];
}

/** The tensor that a ref names in a step of the given parity. */
export function placeOf(layout: Layout, { outputs }: Plan, { space, index }: Ref, parity: 0 | 1): Place {
  const spaces = {
    state: layout.states[parity],
    field: layout.fields,
    constant: layout.constants,
    operator: outputs[parity],
  };
  return spaces[space][index]!;
}
