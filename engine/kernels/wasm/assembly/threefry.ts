/** Threefry 2×32, 20 rounds. SPEC: spec/numerics.md, "Random bits". Naive twin: engine/threefry.ts. */

const PARITY: u32 = 0x1bd11bda;

/** Second word of the last `threefry` or of the last lanes of `threefryLanes`. */
let second: u32 = 0;
let secondLanes: v128 = i32x4.splat(0);

export function threefrySecond(): u32 {
  return second;
}
export function threefrySecondLanes(): v128 {
  return secondLanes;
}

/** First word for key (k0, k1) and counter (c0, c1). */
export function threefry(k0: u32, k1: u32, c0: u32, c1: u32): u32 {
  const k2 = PARITY ^ k0 ^ k1;
  let x0 = c0 + k0;
  let x1 = c1 + k1;
  let ka = k1;
  let kb = k2;
  let kc = k0;
  for (let i: u32 = 1; i <= 5; i++) {
    const odd = (i & 1) != 0;
    x0 += x1;
    x1 = rotl<u32>(x1, odd ? 13 : 17) ^ x0;
    x0 += x1;
    x1 = rotl<u32>(x1, odd ? 15 : 29) ^ x0;
    x0 += x1;
    x1 = rotl<u32>(x1, odd ? 26 : 16) ^ x0;
    x0 += x1;
    x1 = rotl<u32>(x1, odd ? 6 : 24) ^ x0;
    x0 += ka;
    x1 += kb + i;
    const first = ka;
    ka = kb;
    kb = kc;
    kc = first;
  }
  second = x1;
  return x0;
}

function mix(x0: v128, x1: v128, rotation: i32): v128 {
  return v128.xor(v128.or(i32x4.shl(x1, rotation), i32x4.shr_u(x1, 32 - rotation)), x0);
}

/** First words for one key and the counters (c0, c1) of four lanes. */
export function threefryLanes(k0: u32, k1: u32, c0: v128, c1: u32): v128 {
  let ka = i32x4.splat(k1);
  let kb = i32x4.splat(PARITY ^ k0 ^ k1);
  let kc = i32x4.splat(k0);
  let x0 = i32x4.add(c0, kc);
  let x1 = i32x4.splat(c1 + k1);
  for (let i: u32 = 1; i <= 5; i++) {
    const odd = (i & 1) != 0;
    x0 = i32x4.add(x0, x1);
    x1 = mix(x0, x1, odd ? 13 : 17);
    x0 = i32x4.add(x0, x1);
    x1 = mix(x0, x1, odd ? 15 : 29);
    x0 = i32x4.add(x0, x1);
    x1 = mix(x0, x1, odd ? 26 : 16);
    x0 = i32x4.add(x0, x1);
    x1 = mix(x0, x1, odd ? 6 : 24);
    x0 = i32x4.add(x0, ka);
    x1 = i32x4.add(x1, i32x4.add(kb, i32x4.splat(i)));
    const first = ka;
    ka = kb;
    kb = kc;
    kc = first;
  }
  secondLanes = x1;
  return x0;
}
