/** C[b, m, n] = Σₖ A[b, m, k]·B[b, n, k] or ·B[b, k, n], whichever the library likes better. */
export interface DotShape {
  readonly name: string;
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** How onnxruntime is given B: [n, k] as it changes from step to step in training, [k, n] likewise, or packed beforehand. */
export type DotForm = "turned" | "plain" | "packed";

function shape(m: number, n: number, k: number, batch = 1): DotShape {
  const name = [...(batch === 1 ? [] : [batch]), m, n, k].join("x");
  return { name, batch, m, n, k };
}

/** m × n × k: squares, then what layers make of them, then what heads of attention do. */
export const dotShapes: readonly DotShape[] = [
  ...[64, 128, 256, 512, 1024].map((side) => shape(side, side, side)),
  shape(1, 1024, 1024),
  shape(32, 768, 768),
  shape(256, 3072, 768),
  shape(2048, 65, 384),
  shape(384, 1536, 2048),
  shape(8, 25, 50_176),
  shape(128, 128, 64, 96),
  shape(128, 64, 128, 96),
];

export const flopsOf = ({ batch, m, n, k }: DotShape): number => 2 * batch * m * n * k;

/** Products in a run: enough to make what a run costs beside them small, and few enough to stay in the caches. */
export const productsIn = (each: DotShape): number => Math.max(1, Math.min(200, Math.floor(2e8 / flopsOf(each))));

/** Numbers from −1 to 1, the same for every library. */
export function numbers(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  });
}

/** A as [batch, m, k] and B as [batch, n, k]. */
export function factors({ batch, m, n, k }: DotShape): readonly [Float32Array, Float32Array] {
  return [numbers(batch * m * k, 1), numbers(batch * n * k, 2)];
}

/** B as [batch, k, n]. */
export function turned(values: Float32Array, { batch, n, k }: DotShape): Float32Array {
  const result = new Float32Array(values.length);
  for (let b = 0; b < batch; b++)
    for (let j = 0; j < n; j++) for (let i = 0; i < k; i++) result[(b * k + i) * n + j] = values[(b * n + j) * k + i]!;
  return result;
}
