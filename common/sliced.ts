/** Elements that need not lie in memory: a typed array is one, and so is what reads them from a file when they are asked for. */
export interface Sliced<Elements> {
  readonly length: number;
  /** Elements `start` to `end` − 1, up to the last one where `end` lies past it. The caller must not change them. */
  subarray(start: number, end: number): Elements;
}

export type Bytes = Sliced<Uint8Array>;

export type Words = Sliced<Uint32Array>;
