import { readU32 } from "../../common/index.ts";
import { declarationCodes, dtypeCodes, kindCodes, nameOf } from "./codes.ts";
import { declarationBytes, maxRank, maxWords, operatorHeaderBytes } from "./layout.ts";

/** A tensor as a record declares it. */
export interface DeclaredTensor {
  /** Code: f32 = 1, i32 = 2. */
  readonly dtype: number;
  /** 1 … 2³¹−1; of a field: the length of one sample. */
  readonly words: number;
}

function isDtype(code: number): boolean {
  return code === dtypeCodes.f32 || code === dtypeCodes.i32;
}

/** Product of the first `rank` extents; 0 if one of them is 0 or the product is not below 2³¹. */
export function extentProduct(extents: readonly number[], rank: number): number {
  let product = 1;
  for (const extent of extents.slice(0, rank)) {
    product *= extent;
    if (product === 0 || product >= maxWords) return 0;
  }
  return product;
}

/** The tensor that a declaration or operator record declares, or null if it declares none. */
export function declaredTensor(record: Uint8Array): DeclaredTensor | null {
  if (record.length < operatorHeaderBytes) return null;
  const [kind, , rank, dtype] = record as unknown as [number, number, number, number];
  if (!isDtype(dtype)) return null;
  if (nameOf(kindCodes, kind) !== undefined) {
    const extents = Array.from({ length: maxRank }, (_, axis) => readU32(record, 28 + 4 * axis));
    const words = rank >= 1 && rank <= maxRank ? extentProduct(extents, rank) : 0;
    return words === 0 ? null : { dtype, words };
  }
  const words = readU32(record, 12);
  const declares = nameOf(declarationCodes, kind) !== undefined && record.length === declarationBytes;
  return declares && words >= 1 && words < maxWords ? { dtype, words } : null;
}
