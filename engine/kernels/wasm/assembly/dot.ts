import { LANES, copyRuns, pack, panelLanes } from "./panels";
import { kOf, operandCount, operandOffset, operandStrides, outputWords, runStepOf, tensorOf, windowOf } from "./record";
import { scratch } from "./scratch";
import { tile1x16, tile1x8, tile2x16, tile2x8, tile4x16, tile4x8 } from "./tiles";
import { row0, row1, row2, row3 } from "./transpose";
import { addFunction, addOutput, coefficient, collapse, extent, innerCoefficient } from "./walker";
import { innerExtent, next, open, setExtent, value, walkerRank } from "./walker";
import { openWindows, packWindows } from "./windows";
import { canonicalWord, canonicalise } from "./words";

/** SPEC: words of one block sum. */
const BLOCK: u32 = 256;

/** Columns whose packed block takes half of a second cache of 512 KiB. */
const STRIP_COLUMNS: u32 = 256;

/** A product of no more columns, but of many rows, is computed with rows and columns exchanged. */
const FEW_COLUMNS: u32 = 4;
const MANY_ROWS: u32 = 16;

const A: u32 = 0;
const B: u32 = 1;
const OUT: u32 = 2;
const INIT: u32 = 3;

/** Rows of the widest tile. The fastest number depends on the machine; it changes no bit. */
let tileRows: u32 = 2;

/** 2 or 4. */
export function setTileRows(rows: u32): void {
  tileRows = rows;
}

/** Rows whose words lie apart are copied so many at a time: as many as share a cache line. */
const COPIED_ROWS: u32 = 16;
/** Bytes from one copied row to the next: rows that lie a power of two apart would share few sets of the first cache. */
const COPY_STEP: usize = (BLOCK + 16) << 2;

// Layout of the scratch: a walker, an edge tile, the packed panels, copied rows.
function edgeTile(): usize {
  return scratch() + 2048;
}
function panels(): usize {
  return scratch() + 4096;
}

function copies(): usize {
  return panels() + ((<usize>STRIP_COLUMNS * BLOCK) << 2);
}

/** Block sums of a whole tile; they are added to what lies at `from`, unless it is 0. */
function wholeTile(
  k: u32,
  rows: u32,
  lanes: u32,
  a: usize,
  aStep: usize,
  panel: usize,
  from: usize,
  fromStep: usize,
  to: usize,
  toStep: usize,
): void {
  if (lanes == LANES) {
    if (rows == 4) tile4x16(k, a, aStep, panel, from, fromStep, to, toStep);
    else if (rows == 2) tile2x16(k, a, aStep, panel, from, fromStep, to, toStep);
    else tile1x16(k, a, aStep, panel, from, fromStep, to, toStep);
  } else if (rows == 4) tile4x8(k, a, aStep, panel, from, fromStep, to, toStep);
  else if (rows == 2) tile2x8(k, a, aStep, panel, from, fromStep, to, toStep);
  else tile1x8(k, a, aStep, panel, from, fromStep, to, toStep);
}

/** Moves the first `lanes` sums of each row of the edge tile to their places, which may lie anywhere. */
function scatterEdge(
  rows: u32,
  lanes: u32,
  edgeStep: usize,
  from: usize,
  fromStep: usize,
  fromLane: usize,
  to: usize,
  toStep: usize,
  toLane: usize,
): void {
  for (let row: u32 = 0; row < rows; row++) {
    for (let lane: u32 = 0; lane < lanes; lane++) {
      let sum = load<f32>(edgeTile() + row * edgeStep + (lane << 2));
      if (from != 0) sum = load<f32>(from + row * fromStep + lane * fromLane) + sum;
      store<u32>(to + row * toStep + lane * toLane, canonicalWord(reinterpret<u32>(sum)));
    }
  }
}

/** One block of some rows over all packed panels of a strip. `from`: where the totals so far lie, or 0. */
function rowsOfStrip(
  k: u32,
  rows: u32,
  columns: u32,
  a: usize,
  aStep: usize,
  from: usize,
  fromStep: usize,
  fromLane: usize,
  to: usize,
  toStep: usize,
  toLane: usize,
): void {
  const inPlace = toLane == 4 && (from == 0 || fromLane == 4);
  let panel = panels();
  for (let column: u32 = 0; column < columns;) {
    const left = columns - column;
    const lanes = panelLanes(left);
    const source = from == 0 ? 0 : from + column * fromLane;
    const target = to + column * toLane;
    if (inPlace && left >= lanes) {
      wholeTile(k, rows, lanes, a, aStep, panel, source, fromStep, target, toStep);
    } else {
      const edgeStep = (<usize>lanes) << 2;
      wholeTile(k, rows, lanes, a, aStep, panel, 0, 0, edgeTile(), edgeStep);
      scatterEdge(rows, min<u32>(left, lanes), edgeStep, source, fromStep, fromLane, target, toStep, toLane);
    }
    panel += (k * lanes) << 2;
    column += lanes;
  }
}

/** The next rows to take: as many as the widest tile has, or a smaller tile's at the end. */
function tileHeight(left: u32, columns: u32): u32 {
  const most: u32 = panelLanes(columns) == LANES ? tileRows : 4;
  return left >= most ? most : left >= 2 ? 2 : 1;
}

/**
 * One matrix product: out[row][column] over runs a + row·aStep and b + column·bStep, added to init unless that is 0.
 * All steps in bytes; `…Step` from row to row, `…Lane` from column to column, `…Word` from one word of a run to the next. With a window b
 * and bStep count words of its View, and bWord is 0.
 */
function product(
  k: u32,
  rows: u32,
  columns: u32,
  a: usize,
  aStep: usize,
  aWord: usize,
  b: usize,
  bStep: usize,
  bWord: usize,
  init: usize,
  initStep: usize,
  initLane: usize,
  out: usize,
  outStep: usize,
  outLane: usize,
): void {
  for (let left: u32 = 0; left < columns; left += STRIP_COLUMNS) {
    const width = min<u32>(STRIP_COLUMNS, columns - left);
    const to = out + left * outLane;
    for (let start: u32 = 0; start < k; start += BLOCK) {
      const block = min<u32>(BLOCK, k - start);
      const first = start == 0;
      const from = first ? (init == 0 ? 0 : init + left * initLane) : to;
      const fromStep = first ? initStep : outStep;
      const fromLane = first ? initLane : outLane;
      const ends = start + block == k;
      if (bWord == 0) packWindows(panels(), <u32>(b + left * bStep + start), <u32>bStep, width, block);
      else pack(panels(), b + left * bStep + start * bWord, bStep, bWord, width, block);
      const isCopied = aWord != 4;
      for (let row: u32 = 0; row < rows;) {
        const height = tileHeight(rows - row, width);
        const own = row % COPIED_ROWS;
        if (isCopied && own == 0) {
          const from = a + row * aStep + start * aWord;
          copyRuns(copies(), COPY_STEP, from, aStep, aWord, min<u32>(COPIED_ROWS, rows - row), block);
        }
        const runs = isCopied ? copies() + own * COPY_STEP : a + row * aStep + (start << 2);
        const runStep = isCopied ? COPY_STEP : aStep;
        const source = from == 0 ? 0 : from + row * fromStep;
        const target = to + row * outStep;
        rowsOfStrip(block, height, width, runs, runStep, source, fromStep, fromLane, target, outStep, outLane);
        // The edge tile's words are clean already.
        if (ends && outLane == 4) for (let i: u32 = 0; i < height; i++) canonicalise(target + i * outStep, width);
        row += height;
      }
    }
  }
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

/** Bytes from one entry of an axis to the next. */
function stepOf(walker: usize, f: u32, axis: u32): usize {
  return (<usize>coefficient(walker, f, axis)) << 2;
}

function products(record: usize, walker: usize, aTensor: usize, bTensor: usize, initTensor: usize, out: usize): void {
  // A product of two words is the same either way round, so the operand that moves along the last axis takes the lanes.
  const k = kOf(record);
  const window = windowOf(record);
  if (window != 0) openWindows(window, bTensor);
  const moving = window != 0 || innerCoefficient(walker, B) != 0 ? B : A;
  const still = moving == B ? A : B;
  const movingTensor = moving == B ? bTensor : aTensor;
  const stillTensor = moving == B ? aTensor : bTensor;
  const last = walkerRank(walker) - 1;
  const axis = rowAxis(walker, moving);
  const single = axis == last;
  const rows: u32 = single ? 1 : extent(walker, axis);
  const columns = innerExtent(walker);
  const exchange = window == 0 && columns <= FEW_COLUMNS && rows >= MANY_ROWS;
  const aStep = single ? 0 : stepOf(walker, still, axis);
  const bStep = stepOf(walker, moving, last);
  const initStep = single ? 0 : stepOf(walker, INIT, axis);
  const initLane = stepOf(walker, INIT, last);
  const outStep = single ? 0 : stepOf(walker, OUT, axis);
  const aWord = (<usize>runStepOf(record, still)) << 2;
  const bWord = (<usize>runStepOf(record, moving)) << 2;
  if (!single) setExtent(walker, axis, 1);
  do {
    const a = stillTensor + (value(walker, still) << 2);
    const b = movingTensor + (value(walker, moving) << 2);
    const init = initTensor == 0 ? 0 : initTensor + (value(walker, INIT) << 2);
    const to = out + (value(walker, OUT) << 2);
    if (window != 0) {
      const step = coefficient(walker, B, last);
      product(k, rows, columns, a, aStep, aWord, value(walker, B), step, 0, init, initStep, initLane, to, outStep, 4);
    } else if (exchange)
      product(k, columns, rows, b, bStep, bWord, a, aStep, aWord, init, initLane, initStep, to, 4, outStep);
    else product(k, rows, columns, a, aStep, aWord, b, bStep, bWord, init, initStep, initLane, to, outStep, 4);
  } while (next(walker));
}

/** One output word by the rule, for the last of shapes in which both runs move along the last axis. `init` is an address or 0. */
function dotWord(k: u32, a: usize, b: usize, init: usize): f32 {
  let total: f32 = init == 0 ? 0 : load<f32>(init);
  for (let start: u32 = 0; start < k; start += BLOCK) {
    const end = a + ((<usize>min<u32>(BLOCK, k - start)) << 2);
    let acc: f32 = 0;
    for (; a < end; a += 4, b += 4) acc += load<f32>(a) * load<f32>(b);
    total = init != 0 || start > 0 ? total + acc : acc;
  }
  return total;
}

/** One word of four runs, `step` bytes apart. */
function column(at: usize, step: usize): v128 {
  let words = v128.load32_zero(at);
  words = v128.load_lane<u32>(at + step, words, 1);
  words = v128.load_lane<u32>(at + step * 2, words, 2);
  return v128.load_lane<u32>(at + step * 3, words, 3);
}

/** Block sums of four outputs whose runs lie `aStep` and `bStep` bytes apart. ORDER: a lane is an output. */
function blockOfFour(k: u32, a: usize, aStep: usize, b: usize, bStep: usize): v128 {
  let acc = f32x4.splat(0);
  let i: u32 = 0;
  for (; i + 4 <= k; i += 4, a += 16, b += 16) {
    const a0 = v128.load(a);
    const a1 = v128.load(a + aStep);
    const a2 = v128.load(a + aStep * 2);
    const a3 = v128.load(a + aStep * 3);
    const b0 = v128.load(b);
    const b1 = v128.load(b + bStep);
    const b2 = v128.load(b + bStep * 2);
    const b3 = v128.load(b + bStep * 3);
    acc = f32x4.add(acc, f32x4.mul(row0(a0, a1, a2, a3), row0(b0, b1, b2, b3)));
    acc = f32x4.add(acc, f32x4.mul(row1(a0, a1, a2, a3), row1(b0, b1, b2, b3)));
    acc = f32x4.add(acc, f32x4.mul(row2(a0, a1, a2, a3), row2(b0, b1, b2, b3)));
    acc = f32x4.add(acc, f32x4.mul(row3(a0, a1, a2, a3), row3(b0, b1, b2, b3)));
  }
  for (; i < k; i++, a += 4, b += 4) acc = f32x4.add(acc, f32x4.mul(column(a, aStep), column(b, bStep)));
  return acc;
}

/** Four neighbouring outputs. */
function dotFour(k: u32, a: usize, aStep: usize, b: usize, bStep: usize, init: usize, initStep: usize): v128 {
  let total = init == 0 ? f32x4.splat(0) : column(init, initStep);
  for (let start: u32 = 0; start < k; start += BLOCK) {
    const at = (<usize>start) << 2;
    const sums = blockOfFour(min<u32>(BLOCK, k - start), a + at, aStep, b + at, bStep);
    total = init != 0 || start > 0 ? f32x4.add(total, sums) : sums;
  }
  return total;
}

function dotWords(k: u32, walker: usize, aTensor: usize, bTensor: usize, initTensor: usize, out: usize): void {
  const count = innerExtent(walker);
  const last = walkerRank(walker) - 1;
  const aStep = stepOf(walker, A, last);
  const bStep = stepOf(walker, B, last);
  const initStep = initTensor == 0 ? 0 : stepOf(walker, INIT, last);
  do {
    const a = aTensor + (value(walker, A) << 2);
    const b = bTensor + (value(walker, B) << 2);
    const init = initTensor == 0 ? 0 : initTensor + (value(walker, INIT) << 2);
    let i: u32 = 0;
    for (; i + 4 <= count; i += 4, out += 16)
      v128.store(out, dotFour(k, a + i * aStep, aStep, b + i * bStep, bStep, init + i * initStep, initStep));
    for (; i < count; i++, out += 4) store<f32>(out, dotWord(k, a + i * aStep, b + i * bStep, init + i * initStep));
  } while (next(walker));
}

/** SPEC: Dot. Naive twin: engine/kernels/reference/dot.ts. ASSUMES: runs whose words lie apart are those of products. */
export function dot(record: usize, operands: usize, out: usize, _context: usize): void {
  const hasInit = operandCount(record) > 2;
  const walker = scratch();
  open(walker, record);
  addFunction(walker, operandOffset(record, 0), operandStrides(record, 0));
  addFunction(walker, operandOffset(record, 1), operandStrides(record, 1));
  addOutput(walker);
  // Without init its function is the output's position: it merges what that merges, and nothing reads it.
  if (hasInit) addFunction(walker, operandOffset(record, 2), operandStrides(record, 2));
  else addOutput(walker);
  collapse(walker, false);
  const a = tensorOf(operands, 0);
  const b = tensorOf(operands, 1);
  const init = hasInit ? tensorOf(operands, 2) : 0;
  if (innerCoefficient(walker, A) == 0 || innerCoefficient(walker, B) == 0) {
    products(record, walker, a, b, init, out);
  } else {
    dotWords(kOf(record), walker, a, b, init, out);
    canonicalise(out, outputWords(record));
  }
}
