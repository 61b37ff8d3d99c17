import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import type { Prng } from "../../../common/index.ts";
import type {
  Dot,
  Fold,
  Gather,
  MapOperator,
  Operand,
  Operator,
  Scatter,
  Schedule,
  View,
} from "../../program/types.ts";
import { outputWords } from "../../program/cost.ts";
import { computeElement, runOperator } from "./index.ts";
import type { KernelContext } from "./kernel.ts";
import { floatsOf } from "./words.ts";

const context: KernelContext = {
  step: 1,
  seed: 42,
  order: "sequential",
  batch: 4,
  samples: 3,
  sourceWords: 0,
  sourceStride: 0,
};

/** Runs the whole operator and, word by word, its definition; they must agree. */
function run(operator: Operator, sources: readonly Uint32Array[], over: Partial<KernelContext> = {}): Uint32Array {
  const out = new Uint32Array(outputWords(operator)).fill(0xdeadbeef);
  const full = { ...context, sourceWords: sources[0]?.length ?? 0, ...over };
  runOperator(operator, sources, out, full);
  const read = (operand: number, address: number, words: number) => {
    expect(address + words).to.be.at.most(sources[operand]!.length);
    return sources[operand]!.slice(address, address + words);
  };
  const elements = Array.from(out, (_, flat) => computeElement(operator, flat, read, full));
  expect([...out].map(hex), "run and element agree").to.deep.equal(elements.map(hex));
  return out;
}

const hex = (word: number) => word.toString(16).padStart(8, "0");
const words = (...values: number[]) => new Uint32Array(Float32Array.from(values).buffer);
const floats = (out: Uint32Array) => [...floatsOf(out)];
const operand = (strides: number[], offset = 0): Operand => ({ ref: { space: "operator", index: 0 }, offset, strides });
const filled = (length: number, value: number) => Array.from({ length }, () => value);
const NAN = 0x7fc00000;

describe("Sample", () => {
  const sample = (dtype: "f32" | "i32", basePosition = 0): Operator => ({
    kind: "Sample",
    fn: "dataset",
    dtype,
    extents: [3, 2],
    operands: [{ ref: { space: "field", index: 0 }, offset: 0, strides: [0, 0] }],
    basePosition,
  });

  it("reads the samples of the step's positions, past the field's words zero", () => {
    const field = Uint32Array.of(10, 11, 20, 21, 30);
    // Step 1 of batch 4: positions 4, 5, 6 of three samples are samples 1, 2, 0.
    expect([...run(sample("i32"), [field], { sourceStride: 2 })]).to.deep.equal([20, 21, 30, 0, 10, 11]);
    expect([...run(sample("i32", 1), [field], { sourceStride: 2 })]).to.deep.equal([30, 0, 10, 11, 20, 21]);
  });

  it("lets samples overlap, reads zeros without samples and canonicalises f32", () => {
    const field = Uint32Array.of(0xffffffff, 0x80000000, 5, 6);
    expect([...run(sample("f32"), [field], { sourceStride: 1 })]).to.deep.equal([0x80000000, 5, 5, 6, NAN, 0x80000000]);
    expect([...run(sample("i32"), [field], { sourceStride: 1 })].at(-2)).to.equal(0xffffffff);
    expect([...run(sample("i32"), [field], { samples: 0, sourceStride: 1 })]).to.deep.equal([0, 0, 0, 0, 0, 0]);
    expect([...run(sample("i32"), [field], { sourceStride: 2 ** 32 - 1 })]).to.deep.equal([
      0,
      0,
      0,
      0,
      field[0],
      field[1],
    ]);
  });

  it("draws two random words a counter", () => {
    const random: Operator = { kind: "Sample", fn: "random", dtype: "i32", extents: [5], operands: [], stream: 7 };
    const out = run(random, []);
    expect(new Set(out).size).to.equal(5);
    expect([...run(random, [], { step: 2 })]).to.not.deep.equal([...out]);
    expect([...run({ ...random, stream: 8 }, [])]).to.not.deep.equal([...out]);
    const zero = run({ ...random, stream: 0 }, [], { seed: 0, step: 0 });
    expect(Array.from(zero.subarray(0, 2), hex)).to.deep.equal(["6b200159", "99ba4efe"]);
  });
});

describe("Schedule", () => {
  it("reads the step's row, past the table's end zero", () => {
    const schedule: Schedule = {
      kind: "Schedule",
      dtype: "f32",
      extents: [2],
      operands: [{ ref: { space: "constant", index: 0 }, offset: 0, strides: [0] }],
    };
    const table = Uint32Array.of(1, 2, 0x7f800001, 4);
    expect([...run(schedule, [table], { step: 0 })]).to.deep.equal([1, 2]);
    expect([...run(schedule, [table])]).to.deep.equal([NAN, 4]);
    expect([...run(schedule, [table], { step: 2 })]).to.deep.equal([0, 0]);
    expect([...run(schedule, [table], { step: 2 ** 32 - 1 })]).to.deep.equal([0, 0]);
  });
});

describe("View", () => {
  const view: View = {
    kind: "View",
    dtype: "i32",
    extents: [2, 3],
    operands: [operand([1, 2])],
    guards: [[]],
    fill: 9,
  };

  it("transposes and broadcasts", () => {
    expect([...run(view, [Uint32Array.of(0, 1, 2, 3, 4, 5)])]).to.deep.equal([0, 2, 4, 1, 3, 5]);
    expect([...run({ ...view, operands: [operand([0, 1], 1)] }, [Uint32Array.of(7, 8, 9, 10)])]).to.deep.equal([
      8, 9, 10, 8, 9, 10,
    ]);
  });

  it("takes the first piece all of whose guards hold, else fill", () => {
    const padded: View = {
      ...view,
      extents: [8],
      operands: [operand([0]), operand([0], 1)],
      guards: [
        // Every second word from coordinate 1 on, three of them.
        [{ offset: -1, coefficients: [1], divisor: 2, bound: 3, stride: 1 }],
        [
          { offset: 0, coefficients: [1], divisor: 1, bound: 4, stride: 1 },
          { offset: 3, coefficients: [-1], divisor: 1, bound: 9, stride: 0 },
        ],
      ],
    };
    const pieces = [Uint32Array.of(100, 101, 102), Uint32Array.of(0, 200, 201, 202, 203)];
    expect([...run(padded, pieces)]).to.deep.equal([200, 100, 202, 101, 9, 102, 9, 9]);
  });

  it("copies i32 raw, canonicalises f32 and its fill", () => {
    const raw = Uint32Array.of(0xffffffff, 0x80000000, 0x7f800001, 0xff800000, 1, 0x7fc00000);
    const same: View = { ...view, operands: [operand([3, 1])] };
    expect([...run(same, [raw])]).to.deep.equal([...raw]);
    expect([...run({ ...same, dtype: "f32" }, [raw])]).to.deep.equal([NAN, 0x80000000, NAN, 0xff800000, 1, NAN]);
    const none = [[{ offset: -1, coefficients: [0, 0], divisor: 1, bound: 1, stride: 0 }]];
    expect(run({ ...same, dtype: "f32", guards: none, fill: 0xffc00000 }, [raw])[0]).to.equal(NAN);
    expect(run({ ...same, guards: none, fill: 0xffc00000 }, [raw])[0]).to.equal(0xffc00000);
  });
});

describe("Map", () => {
  const map = (dtype: "f32" | "i32", operands: Operand[], instructions: MapOperator["instructions"]): MapOperator => ({
    kind: "Map",
    dtype,
    extents: [2, 2],
    operands,
    instructions,
  });

  it("rounds every instruction", () => {
    const operator = map(
      "f32",
      [operand([2, 1]), operand([0, 1])],
      [
        { fn: "mul", a: 0, b: 1, c: 0, imm: 0 },
        { fn: "add", a: 16, b: 255, c: 0, imm: 0x3f800000 },
      ],
    );
    expect(floats(run(operator, [words(1, 2, 3, 2 ** -25), words(10, 1)]))).to.deep.equal([11, 3, 31, 1]);
  });

  it("mixes integers and floats, one NaN out", () => {
    const operator = map(
      "f32",
      [operand([2, 1]), operand([2, 1])],
      [
        { fn: "iless", a: 0, b: 255, c: 0, imm: 3 },
        { fn: "neg", a: 1, b: 0, c: 0, imm: 0 },
        { fn: "select", a: 16, b: 17, c: 255, imm: 0x80000000 },
      ],
    );
    const out = run(operator, [
      Uint32Array.of(0xffffffff, 2, 3, 0),
      Uint32Array.of(0x3f800000, 0x7f800001, 0, 0xffc12345),
    ]);
    expect([...out]).to.deep.equal([0xbf800000, NAN, 0x80000000, NAN]);
  });

  it("keeps integers raw over blocks", () => {
    const big: MapOperator = {
      ...map("i32", [operand([1])], [{ fn: "ixor", a: 0, b: 255, c: 0, imm: 0xffc00001 }]),
      extents: [2500],
    };
    const source = Uint32Array.from({ length: 2500 }, (_, index) => index);
    expect([...run(big, [source])]).to.deep.equal([...source].map((index) => (index ^ 0xffc00001) >>> 0));
  });
});

describe("Dot", () => {
  const dot = (k: number, operands: number, extents = [1]): Dot => ({
    kind: "Dot",
    dtype: "f32",
    extents,
    operands: Array.from({ length: operands }, () => operand(extents.map(() => 0))),
    k,
  });
  const tiny = 2 ** -24;

  it("sums a block in ascending order from +0", () => {
    expect(floats(run(dot(3, 2), [words(1, tiny, tiny), words(1, 1, 1)]))).to.deep.equal([1]);
    expect(floats(run(dot(3, 2), [words(tiny, tiny, 1), words(1, 1, 1)]))).to.deep.equal([1 + 2 * tiny]);
    expect([...run(dot(1, 2), [words(-0), words(1)])]).to.deep.equal([0]);
  });

  it("joins blocks of 256 in order", () => {
    const a = filled(258, 0);
    [a[0], a[256], a[257]] = [1, tiny, tiny];
    const ones = words(...filled(258, 1));
    // In one block both tiny terms would vanish; in two they first join each other.
    expect(floats(run(dot(258, 2), [words(...a), ones]))).to.deep.equal([1 + 2 * tiny]);
    expect(floats(run(dot(256, 2), [words(...a), ones]))).to.deep.equal([1]);
    expect(floats(run(dot(257, 2), [words(...a), ones]))).to.deep.equal([1]);
  });

  it("adds blocks to init, first of all the first", () => {
    expect(floats(run(dot(2, 3), [words(tiny, tiny), words(1, 1), words(1)]))).to.deep.equal([1 + 2 * tiny]);
    expect([...run(dot(1, 3), [words(-0), words(1), words(-0)])]).to.deep.equal([0]);
    expect(run(dot(1, 3), [words(1), words(1), Uint32Array.of(0xff800001)])[0]).to.equal(NAN);
    expect(run(dot(1, 2), [words(Infinity), words(0)])[0]).to.equal(NAN);
  });

  it("multiplies matrices", () => {
    const matrix: Dot = { ...dot(2, 2, [2, 2]), operands: [operand([2, 0]), operand([0, 2])] };
    expect(floats(run(matrix, [words(1, 2, 3, 4), words(5, 7, 6, 8)]))).to.deep.equal([19, 22, 43, 50]);
  });
});

describe("Fold", () => {
  const fold = (fn: Fold["fn"], k: number, operands: number, extents = [1], l = 0): Fold => ({
    kind: "Fold",
    fn,
    dtype: "f32",
    extents,
    operands: Array.from({ length: operands }, (_, index) =>
      operand(extents.map(() => (l > 0 && index === 0 ? k : 0))),
    ),
    k,
    l,
  });
  const tiny = 2 ** -24;

  it("deals elements to 16 lanes and combines them as a tree", () => {
    const x = filled(32, 0);
    // Elements 1 and 17 meet in lane 1 before they meet the one of lane 0.
    [x[0], x[1], x[17]] = [1, tiny, tiny];
    expect(floats(run(fold("sum", 32, 1), [words(...x)]))).to.deep.equal([1 + 2 * tiny]);
    // Lanes 0 and 8 meet first, so element 8 vanishes in lane 0 and element 4 after it.
    const y = filled(16, 0);
    [y[0], y[8], y[4]] = [1, tiny, tiny];
    expect(floats(run(fold("sum", 16, 1), [words(...y)]))).to.deep.equal([1]);
    // Lanes 4 and 12 join each other before lane 0.
    const z = filled(16, 0);
    [z[0], z[12], z[4]] = [1, tiny, tiny];
    expect(floats(run(fold("sum", 16, 1), [words(...z)]))).to.deep.equal([1 + 2 * tiny]);
  });

  it("starts sums at +0 and maxima at −∞, which skip NaN", () => {
    expect([...run(fold("sum", 1, 1), [words(-0)])]).to.deep.equal([0]);
    expect(floats(run(fold("max", 2, 1), [words(-3, -2)]))).to.deep.equal([-2]);
    expect(floats(run(fold("max", 2, 1), [words(NaN, -2)]))).to.deep.equal([-2]);
    expect(floats(run(fold("max", 1, 1), [words(NaN)]))).to.deep.equal([-Infinity]);
    expect(run(fold("sum", 2, 1), [words(Infinity, -Infinity)])[0]).to.equal(NAN);
  });

  it("puts init on the left", () => {
    expect(run(fold("max", 1, 2), [words(0), words(-0)])[0]).to.equal(0x80000000);
    expect(run(fold("max", 1, 2), [words(1), Uint32Array.of(0xffffffff)])[0]).to.equal(NAN);
    expect(floats(run(fold("sum", 2, 2), [words(1, 2), words(10)]))).to.deep.equal([13]);
    expect(floats(run(fold("dot", 2, 3), [words(1, 2), words(3, 4), words(10)]))).to.deep.equal([21]);
  });

  it("folds blocks of a longer run, the last one shorter", () => {
    expect(floats(run(fold("sum", 3, 1, [3], 7), [words(1, 2, 3, 4, 5, 6, 7)]))).to.deep.equal([6, 15, 7]);
    const both: Fold = { ...fold("dot", 3, 2, [3], 7), operands: [operand([3]), operand([3], 1)] };
    expect(floats(run(both, [words(1, 2, 3, 4, 5, 6, 7), words(0, 1, 1, 1, 1, 1, 1, 2)]))).to.deep.equal([6, 15, 14]);
  });
});

describe("Gather", () => {
  const gather: Gather = {
    kind: "Gather",
    dtype: "f32",
    extents: [4, 2],
    operands: [operand([0, 1]), operand([1, 0])],
    rows: 2,
    rowStride: 2,
  };

  it("reads the row that the index names, else zero", () => {
    const table = Uint32Array.of(1, 2, 0xffffffff, 4);
    const index = Uint32Array.of(1, 0, 2, 0xffffffff);
    expect([...run(gather, [table, index])]).to.deep.equal([NAN, 4, 1, 2, 0, 0, 0, 0]);
    expect(run({ ...gather, dtype: "i32" }, [table, index])[0]).to.equal(0xffffffff);
  });
});

describe("Scatter", () => {
  const scatter: Scatter = {
    kind: "Scatter",
    dtype: "f32",
    extents: [3, 2],
    operands: [operand([0, 4]), operand([0, 0])],
    axis: 0,
    k: 4,
  };
  const index = Uint32Array.of(2, 0, 2, 7);

  it("adds the words whose index is the coordinate", () => {
    const source = words(1, 2, 3, 4, 10, 20, 30, 40);
    expect(floats(run(scatter, [source, index]))).to.deep.equal([2, 20, 0, 0, 4, 40]);
    const withInit: Scatter = { ...scatter, operands: [...scatter.operands, operand([2, 1])] };
    expect([...run(withInit, [source, index, words(1, 1, -0, NaN, 1, 1)])]).to.deep.equal([
      ...words(3, 21, -0),
      NAN,
      ...words(5, 41),
    ]);
  });

  it("adds in ascending order", () => {
    const tiny = 2 ** -24;
    const all = Uint32Array.of(1, 1, 1, 1);
    expect(
      floats(run({ ...scatter, extents: [2], operands: [operand([0]), operand([0])] }, [words(1, tiny, tiny, 0), all])),
    ).to.deep.equal([0, 1]);
    expect(
      floats(run({ ...scatter, extents: [2], operands: [operand([0]), operand([0])] }, [words(tiny, tiny, 1, 0), all])),
    ).to.deep.equal([0, 1 + 2 * tiny]);
  });

  it("lets runs depend on the scattered axis", () => {
    const moving: Scatter = { ...scatter, extents: [2, 2], operands: [operand([4, 1]), operand([0, 4])], k: 2 };
    const source = words(1, 2, 3, 0, 10, 20, 30, 0);
    const indices = Uint32Array.of(0, 1, 0, 0, 1, 0);
    expect(floats(run(moving, [source, indices]))).to.deep.equal([1, 3, 20, 20]);
  });
});

describe("reference kernels", () => {
  /** Words with many NaNs, zeros of both signs, subnormals and infinities. */
  function wild(prng: Prng, length: number): Uint32Array {
    const special = [0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xff812345, 1, 0x807fffff, 0x3f800000];
    return Uint32Array.from({ length }, () => (prng.below(4) === 0 ? prng.pick(special) : prng.u32()));
  }

  it("agree with their definitions on wild words and strides (seed 77)", () => {
    const prng = createPrng(77);
    const strides = (rank: number) => Array.from({ length: rank }, () => prng.below(4));
    for (let round = 0; round < 150; round++) {
      const extents = Array.from({ length: 1 + prng.below(4) }, () => 1 + prng.below(4));
      const rank = extents.length;
      const any = () => operand(strides(rank), prng.below(5));
      const sources = [wild(prng, 400), wild(prng, 400), wild(prng, 400)];
      const k = 1 + prng.below(300);
      const three = [any(), any(), any()];
      const two = three.slice(0, 2);
      run({ kind: "Dot", dtype: "f32", extents, operands: prng.pick([two, three]), k }, sources);
      run({ kind: "Fold", fn: "dot", dtype: "f32", extents, operands: prng.pick([two, three]), k, l: 0 }, sources);
      run({ kind: "Fold", fn: "max", dtype: "f32", extents, operands: prng.pick([[any()], two]), k, l: 0 }, sources);
      const guards = [0, 1].map(() =>
        Array.from({ length: prng.below(3) }, () => ({
          offset: prng.below(5) - 2,
          coefficients: extents.map(() => prng.below(5) - 2),
          divisor: 1 + prng.below(3),
          bound: prng.below(5),
          stride: prng.below(3),
        })),
      );
      run(
        { kind: "View", dtype: prng.pick(["f32", "i32"]), extents, operands: two, guards, fill: prng.u32() },
        sources,
      );
      const small = Uint32Array.from({ length: 400 }, () => prng.below(6) - 1);
      run({ kind: "Gather", dtype: "f32", extents, operands: two, rows: 4, rowStride: 3 }, [sources[0]!, small]);
      const axis = prng.below(rank);
      const indexed = [sources[0]!, small, sources[2]!];
      run(
        { kind: "Scatter", dtype: "f32", extents, operands: prng.pick([two, three]), axis, k: 1 + prng.below(20) },
        indexed,
      );
    }
  });
});
