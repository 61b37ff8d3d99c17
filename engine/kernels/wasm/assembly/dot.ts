import { kOf, operandCount, operandOffset, operandStrides, outputWords, tensorOf } from "./record";
import { scratch } from "./scratch";
import { transpose4 } from "./transpose";
import { addFunction, addOutput, coefficient, collapse, extent, innerCoefficient } from "./walker";
import { innerExtent, next, open, read, setExtent, value, walkerRank } from "./walker";
import { canonicalise } from "./words";

/** SPEC: words of one block sum. */
const BLOCK: u32 = 256;

/** Outputs of one micro-kernel call: rows × lanes. Ten vector registers stay free of spills with 4 × 8. */
const ROWS: u32 = 4;
const LANES: u32 = 8;
const LANE_BYTES: usize = 32;

/** Columns whose packed block stays in the second cache. */
const PANEL_COLUMNS: u32 = 512;

const A: u32 = 0;
const B: u32 = 1;
const OUT: u32 = 2;

// Layout of the scratch: two walkers, an edge tile, the packed panels.
function edgeTile(): usize {
  return scratch() + 2048;
}
function panels(): usize {
  return scratch() + 4096;
}

/** Packs `count` runs of `k` words, `step` bytes apart, as panels of [k][LANES]; lanes past the last run are zero. */
function pack(from: usize, step: usize, count: u32, k: u32): void {
  let to = panels();
  const whole = k & ~3;
  for (let first: u32 = 0; first < count; first += LANES) {
    for (let lane: u32 = 0; lane < LANES; lane += 4) {
      const run = from + (first + lane) * step;
      const at = to + (lane << 2);
      if (first + lane + 4 <= count) {
        for (let i: u32 = 0; i < whole; i += 4) transpose4(at + i * LANE_BYTES, LANE_BYTES, run + (i << 2), step);
        for (let i = whole; i < k; i++) packWords(at + i * LANE_BYTES, run + (i << 2), step, 4);
      } else {
        const lanes = count > first + lane ? count - first - lane : 0;
        for (let i: u32 = 0; i < k; i++) packWords(at + i * LANE_BYTES, run + (i << 2), step, lanes);
      }
    }
    to += k * LANE_BYTES;
  }
}

function packWords(to: usize, from: usize, step: usize, lanes: u32): void {
  v128.store(to, i32x4.splat(0));
  for (let lane: u32 = 0; lane < lanes; lane++) store<u32>(to + (lane << 2), load<u32>(from + lane * step));
}

/**
 * Sums of one block for four rows of A and one panel. ORDER: each lane starts at +0 and adds products in ascending k.
 * `to` receives four rows of LANES words, `toStep` bytes apart, alone or added to what it holds.
 */
function blockSums(
  k: u32,
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  panel: usize,
  to: usize,
  toStep: usize,
  add: bool,
): void {
  let s00 = f32x4.splat(0);
  let s01 = s00;
  let s10 = s00;
  let s11 = s00;
  let s20 = s00;
  let s21 = s00;
  let s30 = s00;
  let s31 = s00;
  const end = panel + k * LANE_BYTES;
  while (panel < end) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, 16);
    const x0 = v128.load32_splat(a0);
    s00 = f32x4.add(s00, f32x4.mul(x0, b0));
    s01 = f32x4.add(s01, f32x4.mul(x0, b1));
    const x1 = v128.load32_splat(a1);
    s10 = f32x4.add(s10, f32x4.mul(x1, b0));
    s11 = f32x4.add(s11, f32x4.mul(x1, b1));
    const x2 = v128.load32_splat(a2);
    s20 = f32x4.add(s20, f32x4.mul(x2, b0));
    s21 = f32x4.add(s21, f32x4.mul(x2, b1));
    const x3 = v128.load32_splat(a3);
    s30 = f32x4.add(s30, f32x4.mul(x3, b0));
    s31 = f32x4.add(s31, f32x4.mul(x3, b1));
    panel += LANE_BYTES;
    a0 += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
  }
  storeSums(to, s00, s01, add);
  storeSums(to + toStep, s10, s11, add);
  storeSums(to + toStep * 2, s20, s21, add);
  storeSums(to + toStep * 3, s30, s31, add);
}

function storeSums(to: usize, first: v128, second: v128, add: bool): void {
  if (add) {
    first = f32x4.add(v128.load(to), first);
    second = f32x4.add(v128.load(to, 16), second);
  }
  v128.store(to, first);
  v128.store(to, second, 16);
}

/** One block of `rows` × `lanes` outputs at most 4 × 8; a part of a tile goes through the edge tile. */
function tile(
  k: u32,
  a: usize,
  step: usize,
  rows: u32,
  panel: usize,
  lanes: u32,
  out: usize,
  outStep: usize,
  add: bool,
): void {
  const a1 = rows > 1 ? a + step : a;
  const a2 = rows > 2 ? a1 + step : a1;
  const a3 = rows > 3 ? a2 + step : a2;
  if (rows == ROWS && lanes == LANES) {
    blockSums(k, a, a1, a2, a3, panel, out, outStep, add);
    return;
  }
  blockSums(k, a, a1, a2, a3, panel, edgeTile(), LANE_BYTES, false);
  for (let row: u32 = 0; row < rows; row++) {
    for (let lane: u32 = 0; lane < lanes; lane++) {
      const to = out + row * outStep + (lane << 2);
      const sum = load<f32>(edgeTile() + row * LANE_BYTES + (lane << 2));
      store<f32>(to, add ? load<f32>(to) + sum : sum);
    }
  }
}

/** One matrix product: out[row][column] over runs a + row·aStep and b + column·bStep; steps in bytes. */
function product(
  k: u32,
  rows: u32,
  columns: u32,
  a: usize,
  aStep: usize,
  b: usize,
  bStep: usize,
  out: usize,
  outStep: usize,
  hasInit: bool,
): void {
  for (let from: u32 = 0; from < k; from += BLOCK) {
    const block = min<u32>(BLOCK, k - from);
    const add = hasInit || from > 0;
    for (let left: u32 = 0; left < columns; left += PANEL_COLUMNS) {
      const width = min<u32>(PANEL_COLUMNS, columns - left);
      pack(b + left * bStep + (from << 2), bStep, width, block);
      for (let row: u32 = 0; row < rows; row += ROWS) {
        const height = min<u32>(ROWS, rows - row);
        const runs = a + row * aStep + (from << 2);
        const to = out + row * outStep + (left << 2);
        for (let column: u32 = 0; column < width; column += LANES) {
          const panel = panels() + column * block * 4;
          const lanes = min<u32>(LANES, width - column);
          tile(block, runs, aStep, height, panel, lanes, to + (column << 2), outStep, add);
        }
      }
    }
  }
}

/** One output word by the rule, for shapes in which both runs move along the last axis. */
function dotWord(k: u32, a: usize, b: usize, init: f32, hasInit: bool): f32 {
  let total = init;
  for (let from: u32 = 0; from < k; from += BLOCK) {
    const block = min<u32>(BLOCK, k - from);
    const end = a + ((<usize>block) << 2);
    let acc: f32 = 0;
    for (; a < end; a += 4, b += 4) acc += load<f32>(a) * load<f32>(b);
    total = hasInit || from > 0 ? total + acc : acc;
  }
  return total;
}

function dotWords(k: u32, walker: usize, aTensor: usize, bTensor: usize, out: usize, hasInit: bool): void {
  const count = innerExtent(walker);
  const aStep = (<usize>innerCoefficient(walker, A)) << 2;
  const bStep = (<usize>innerCoefficient(walker, B)) << 2;
  do {
    let a = aTensor + (value(walker, A) << 2);
    let b = bTensor + (value(walker, B) << 2);
    for (let i: u32 = 0; i < count; i++, a += aStep, b += bStep, out += 4)
      store<f32>(out, dotWord(k, a, b, load<f32>(out), hasInit));
  } while (next(walker));
}

/** The longest axis but the last along which `fixed` does not move; the last one if there is none. */
function rowAxis(walker: usize, fixed: u32): u32 {
  const last = walkerRank(walker) - 1;
  let found = last;
  for (let axis: u32 = 0; axis < last; axis++) {
    if (coefficient(walker, fixed, axis) != 0) continue;
    if (found == last || extent(walker, axis) > extent(walker, found)) found = axis;
  }
  return found;
}

function products(k: u32, walker: usize, aTensor: usize, bTensor: usize, out: usize, hasInit: bool): void {
  // A product of two words is the same either way round, so the operand that moves along the last axis takes the lanes.
  const moving = innerCoefficient(walker, B) != 0 ? B : A;
  const still = moving == B ? A : B;
  const movingTensor = moving == B ? bTensor : aTensor;
  const stillTensor = moving == B ? aTensor : bTensor;
  const last = walkerRank(walker) - 1;
  const axis = rowAxis(walker, moving);
  const rows = axis == last ? 1 : extent(walker, axis);
  const outRow = axis == last ? 0 : (<usize>coefficient(walker, OUT, axis)) << 2;
  const aStep = axis == last ? 0 : (<usize>coefficient(walker, still, axis)) << 2;
  const bStep = (<usize>innerCoefficient(walker, moving)) << 2;
  if (axis != last) setExtent(walker, axis, 1);
  do {
    const a = stillTensor + (value(walker, still) << 2);
    const b = movingTensor + (value(walker, moving) << 2);
    product(k, rows, innerExtent(walker), a, aStep, b, bStep, out + (value(walker, OUT) << 2), outRow, hasInit);
  } while (next(walker));
}

/** SPEC: Dot. Naive twin: engine/kernels/reference/dot.ts. */
export function dot(record: usize, operands: usize, out: usize, _context: usize): void {
  const words = outputWords(record);
  const hasInit = operandCount(record) > 2;
  const walker = scratch();
  if (hasInit) {
    open(walker, record);
    addFunction(walker, operandOffset(record, 2), operandStrides(record, 2));
    collapse(walker, false);
    read(walker, tensorOf(operands, 2), out, words);
  }
  // The output already holds init, so the third function is the output's own position.
  open(walker, record);
  addFunction(walker, operandOffset(record, 0), operandStrides(record, 0));
  addFunction(walker, operandOffset(record, 1), operandStrides(record, 1));
  addOutput(walker);
  collapse(walker, false);
  const bothMove = innerCoefficient(walker, A) != 0 && innerCoefficient(walker, B) != 0;
  if (bothMove) dotWords(kOf(record), walker, tensorOf(operands, 0), tensorOf(operands, 1), out, hasInit);
  else products(kOf(record), walker, tensorOf(operands, 0), tensorOf(operands, 1), out, hasInit);
  canonicalise(out, words);
}
