/** Counter-based random bits. SPEC: spec/numerics.md, Random bits. */

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const parity = 0x1bd11bda;

/**
 * Threefry-2x32 with 20 rounds: two unsigned 32-bit words of key (k0, k1) and counter (c0, c1).
 * @param out where the two words go; a new array if it is left out
 */
export function threefry2x32(k0: number, k1: number, c0: number, c1: number, out = new Uint32Array(2)): Uint32Array {
  const keys = [k0 | 0, k1 | 0, parity ^ k0 ^ k1];
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  for (let round = 0; round < 20; round++) {
    const rotation = rotations[round % 8]!;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + keys[injection % 3]!) | 0;
      x1 = (x1 + keys[(injection + 1) % 3]! + injection) | 0;
    }
  }
  out[0] = x0;
  out[1] = x1;
  return out;
}
