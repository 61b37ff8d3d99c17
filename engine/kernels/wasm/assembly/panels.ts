import { transpose4, transposePlane } from "./transpose";
import { copyRun } from "./words";

/** Lanes of a panel: all that a micro-kernel keeps in registers, or half as many for a last panel that is no wider. */
export const LANES: u32 = 16;
const HALF_LANES: u32 = 8;

/** Lanes of the panel that begins where `left` columns remain. */
export function panelLanes(left: u32): u32 {
  return left > HALF_LANES ? LANES : HALF_LANES;
}

function packWords(to: usize, from: usize, step: usize, lanes: u32): void {
  v128.store(to, i32x4.splat(0));
  for (let lane: u32 = 0; lane < lanes; lane++) store<u32>(to + (lane << 2), load<u32>(from + lane * step));
}

/** Four lanes of a panel, of which `lanes` have a run. */
function packLanes(to: usize, toStep: usize, from: usize, step: usize, word: usize, lanes: u32, k: u32): void {
  let i: u32 = 0;
  if (lanes == 4 && word == 4) {
    for (; i + 4 <= k; i += 4, to += toStep * 4, from += 16) transpose4(to, toStep, from, step);
  }
  for (; i < k; i++, to += toStep, from += word) packWords(to, from, step, lanes);
}

/** A panel of runs side by side in the memory: a row of it is a copy. */
function packRows(to: usize, toStep: usize, from: usize, word: usize, lanes: u32, k: u32): void {
  const whole = (<usize>(lanes & ~3)) << 2;
  const bytes = (<usize>lanes) << 2;
  for (let i: u32 = 0; i < k; i++, to += toStep, from += word) {
    let at: usize = 0;
    for (; at < whole; at += 16) v128.store(to + at, v128.load(from + at));
    for (; at < bytes; at += 4) store<u32>(to + at, load<u32>(from + at));
    for (; at < toStep; at += 4) store<u32>(to + at, 0);
  }
}

/** Copies `count` runs to consecutive words each, `toStep` bytes from one to the next. `step`, `word`: as of `pack`. */
export function copyRuns(to: usize, toStep: usize, from: usize, step: usize, word: usize, count: u32, k: u32): void {
  if (step == 4) {
    transposePlane(to, <u32>(toStep >> 2), from, <u32>(word >> 2), count, k);
    return;
  }
  for (let run: u32 = 0; run < count; run++) copyRun(to + run * toStep, from + run * step, <u32>(word >> 2), k);
}

/**
 * Packs `count` runs of `k` words as panels of [k][lanes]; lanes past the last run are zero. `step`: bytes from one run to the next,
 * `word`: from one word of a run to the next.
 */
export function pack(to: usize, from: usize, step: usize, word: usize, count: u32, k: u32): void {
  for (let first: u32 = 0; first < count;) {
    const lanes = panelLanes(count - first);
    const toStep = (<usize>lanes) << 2;
    if (step == 4 && word != 4) {
      packRows(to, toStep, from + (first << 2), word, min<u32>(lanes, count - first), k);
    } else {
      for (let lane: u32 = 0; lane < lanes; lane += 4) {
        const left = count > first + lane ? count - first - lane : 0;
        packLanes(to + (lane << 2), toStep, from + (first + lane) * step, step, word, min<u32>(4, left), k);
      }
    }
    to += k * toStep;
    first += lanes;
  }
}
