import { transpose4 } from "./transpose";

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
function packLanes(to: usize, toStep: usize, from: usize, step: usize, lanes: u32, k: u32): void {
  let i: u32 = 0;
  if (lanes == 4) {
    for (; i + 4 <= k; i += 4, to += toStep * 4, from += 16) transpose4(to, toStep, from, step);
  }
  for (; i < k; i++, to += toStep, from += 4) packWords(to, from, step, lanes);
}

/** Packs `count` runs of `k` words, `step` bytes apart, as panels of [k][lanes]; lanes past the last run are zero. */
export function pack(to: usize, from: usize, step: usize, count: u32, k: u32): void {
  for (let first: u32 = 0; first < count;) {
    const lanes = panelLanes(count - first);
    const toStep = (<usize>lanes) << 2;
    for (let lane: u32 = 0; lane < lanes; lane += 4) {
      const left = count > first + lane ? count - first - lane : 0;
      packLanes(to + (lane << 2), toStep, from + (first + lane) * step, step, min<u32>(4, left), k);
    }
    to += k * toStep;
    first += lanes;
  }
}
