import { product } from "../graph.ts";

/**
 * Strides that read the same addresses in the same row-major order under other extents of the same product, or undefined
 * if no strides can. Axes of extent 1 get stride 0.
 */
export function regroup(
  strides: readonly number[],
  from: readonly number[],
  to: readonly number[],
): number[] | undefined {
  if (product(from) !== product(to)) return undefined;
  const axes = collapse([strides], from);
  const result = to.map(() => 0);
  let left = axes.extents.length - 1;
  let extent = axes.extents[left] ?? 1;
  let stride = axes.strides[0]?.[left] ?? 0;
  for (let axis = to.length - 1; axis >= 0; axis--) {
    const wanted = to[axis] as number;
    if (wanted === 1) continue;
    if (extent === 1) {
      left -= 1;
      extent = axes.extents[left] as number;
      stride = axes.strides[0]?.[left] as number;
    }
    if (extent % wanted !== 0) return undefined;
    result[axis] = stride;
    extent /= wanted;
    stride *= wanted;
  }
  return result;
}

/** The fewest axes that several strided reads can be walked by: axes of extent 1 go, neighbours that continue each other join. */
export function collapse(
  reads: readonly (readonly number[])[],
  extents: readonly number[],
): { extents: number[]; strides: number[][] } {
  const result: { extents: number[]; strides: number[][] } = { extents: [], strides: reads.map(() => []) };
  extents.forEach((extent, axis) => {
    if (extent === 1) return;
    const last = result.extents.length - 1;
    const continues =
      last >= 0 && reads.every((strides, i) => result.strides[i]?.[last] === (strides[axis] as number) * extent);
    if (continues) result.extents[last] = (result.extents[last] as number) * extent;
    else result.extents.push(extent);
    reads.forEach((strides, i) => {
      const own = result.strides[i] as number[];
      own[continues ? last : own.length] = strides[axis] as number;
    });
  });
  return result;
}
