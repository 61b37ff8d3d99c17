/** The program: what one training step computes. SPEC: spec/program.md. */

/** Element type of a tensor: IEEE-754 binary32 or two's complement 32-bit integer. */
export type Dtype = "f32" | "i32";

/** The eight operators, named as in spec/program.md. */
export type OperatorKind = "Sample" | "Schedule" | "View" | "Map" | "Dot" | "Fold" | "Gather" | "Scatter";

/** What an operand reads: a state tensor, a dataset field, a constant, or the output of an earlier operator. */
export type Space = "state" | "field" | "constant" | "operator";

export interface Ref {
  readonly space: Space;
  /** Index among the declarations of that space, or of the operator. */
  readonly index: number;
}

/** A strided read: address = offset + Σ strides[i]·o[i], in words. A stride of 0 broadcasts. */
export interface Operand {
  readonly ref: Ref;
  readonly offset: number;
  /** One stride per output axis. */
  readonly strides: readonly number[];
}

/**
 * Condition of a View's piece: g = offset + Σ coefficients·o holds iff g ≥ 0, g mod divisor = 0 and g/divisor < bound,
 * and then adds (g/divisor)·stride to the piece's address.
 */
export interface Guard {
  readonly offset: number;
  /** One coefficient per output axis. */
  readonly coefficients: readonly number[];
  readonly divisor: number;
  readonly bound: number;
  readonly stride: number;
}

/** Map functions, named as in spec/numerics.md. */
export type MapFunction =
  | "id"
  | "neg"
  | "abs"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "sqrt"
  | "max"
  | "min"
  | "less"
  | "equal"
  | "floor"
  | "rint"
  | "exp"
  | "log"
  | "tanh"
  | "erf"
  | "select"
  | "iadd"
  | "isub"
  | "imul"
  | "iand"
  | "ior"
  | "ixor"
  | "ishl"
  | "ishr"
  | "iless"
  | "iequal"
  | "itof"
  | "ftoi";

/** One instruction of a Map. An argument is an operand (0–5), the result of instruction i (16 + i), or 255 for `imm`; unused arguments are 0. */
export interface Instruction {
  readonly fn: MapFunction;
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** Bit pattern of the immediate; 0 where no argument is 255. */
  readonly imm: number;
}

interface OperatorBase {
  /** dtype of the output. */
  readonly dtype: Dtype;
  /** Extents of the output axes, row-major; 1 to 8 of them, each at least 1, product below 2³¹. */
  readonly extents: readonly number[];
  readonly operands: readonly Operand[];
}

/** A word of a dataset field for the sample that the order rule assigns to (step, basePosition + o0). Extents [positions, length]. */
export interface SampleDataset extends OperatorBase {
  readonly kind: "Sample";
  readonly fn: "dataset";
  readonly basePosition: number;
}
/** Counter-based random bits of a stream; no operand, i32. */
export interface SampleRandom extends OperatorBase {
  readonly kind: "Sample";
  readonly fn: "random";
  readonly stream: number;
}
/** A row of a constant table at index step. Extents [width]. */
export interface Schedule extends OperatorBase {
  readonly kind: "Schedule";
}
/** Strided, guarded reads of up to 4 pieces, or a fill word. */
export interface View extends OperatorBase {
  readonly kind: "View";
  /** Guards of each piece, one list per operand. */
  readonly guards: readonly (readonly Guard[])[];
  /** Bit pattern where no piece holds. */
  readonly fill: number;
}
/** A short expression over up to 6 operands, every instruction rounded. */
export interface MapOperator extends OperatorBase {
  readonly kind: "Map";
  readonly instructions: readonly Instruction[];
}
/** Σ a·b over runs of k words in blocks of 256. Operands a, b and optionally init. */
export interface Dot extends OperatorBase {
  readonly kind: "Dot";
  readonly k: number;
}
/** Sum, maximum or product sum along a run, 16 lanes and a fixed tree. Operands a, (b,) and optionally init. */
export interface Fold extends OperatorBase {
  readonly kind: "Fold";
  readonly fn: "sum" | "max" | "dot";
  readonly k: number;
  /** Whole length in the blocked form, 0 otherwise. */
  readonly l: number;
}
/** A word of the table row that an index word names. Operands table, index. */
export interface Gather extends OperatorBase {
  readonly kind: "Gather";
  readonly rows: number;
  readonly rowStride: number;
}
/** init plus the source words whose index is this coordinate on `axis`, ascending. Operands source, index and optionally init. */
export interface Scatter extends OperatorBase {
  readonly kind: "Scatter";
  readonly axis: number;
  /** Length of the source and index runs. */
  readonly k: number;
}

export type Operator = SampleDataset | SampleRandom | Schedule | View | MapOperator | Dot | Fold | Gather | Scatter;

export interface StateDeclaration {
  readonly dtype: Dtype;
  readonly words: number;
}
export interface FieldDeclaration {
  readonly dtype: Dtype;
  /** Words of one sample. */
  readonly length: number;
}
export interface ConstantDeclaration {
  readonly dtype: Dtype;
  readonly words: number;
  /** Tensor root, 32 bytes. */
  readonly root: Uint8Array;
}

/** One training step. The last `states.length` operators produce the state tensors in declared order. */
export interface Program {
  readonly states: readonly StateDeclaration[];
  readonly fields: readonly FieldDeclaration[];
  readonly constants: readonly ConstantDeclaration[];
  readonly operators: readonly Operator[];
  /** Positions of one step. */
  readonly batch: number;
}

/** What a step needs beside its start state: absolute step number, job seed, and how samples are assigned. */
export interface StepContext {
  /** 0-based over the whole job. */
  readonly step: number;
  /** 32-bit unsigned. */
  readonly seed: number;
  readonly order: Order;
}
export type Order = "sequential" | "shuffled";
