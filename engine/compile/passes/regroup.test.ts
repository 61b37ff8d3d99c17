import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import { collapse, regroup } from "./regroup.ts";

const SEED = 7;

/** Addresses read, in row-major order. */
function addresses(strides: readonly number[], extents: readonly number[]): number[] {
  return extents.reduce<number[]>(
    (before, extent, axis) =>
      before.flatMap((base) => Array.from({ length: extent }, (_, i) => base + i * strides[axis]!)),
    [0],
  );
}

describe(`regroup and collapse (seed ${SEED})`, () => {
  it("read the same addresses in the same order, and say when no strides can", () => {
    const prng = createPrng(SEED);
    let kept = 0;
    let impossible = 0;
    for (let round = 0; round < 400; round++) {
      const factors = Array.from({ length: 1 + prng.below(4) }, () => prng.pick([1, 2, 3]));
      const group = () =>
        factors.reduce<number[]>(
          (axes, factor) =>
            prng.below(2) === 0 ? [...axes, factor] : [...axes.slice(0, -1), (axes.at(-1) ?? 1) * factor],
          [],
        );
      const [from, to] = [group(), group()];
      const strides = from.map((_, axis) =>
        prng.below(2) === 0 ? prng.below(4) : from.slice(axis + 1).reduce((a, b) => a * b, 1),
      );
      const wanted = addresses(strides, from);
      const collapsed = collapse([strides], from);
      expect(addresses(collapsed.strides[0]!, collapsed.extents)).to.deep.equal(wanted);
      const result = regroup(strides, from, to);
      if (result === undefined) {
        impossible += 1;
        continue;
      }
      kept += 1;
      expect(addresses(result, to)).to.deep.equal(wanted);
    }
    expect(kept).to.be.greaterThan(100);
    expect(impossible).to.be.greaterThan(20);
    expect(regroup([1], [4], [5])).to.equal(undefined);
  });

  it("joins contiguous axes and drops those of extent 1", () => {
    const dense = [12, 12, 4, 1];
    expect(collapse([dense, [0, 0, 0, 0]], [2, 1, 3, 4])).to.deep.equal({ extents: [24], strides: [[1], [0]] });
    expect(collapse([dense, [0, 0, 0, 1]], [2, 1, 3, 4])).to.deep.equal({
      extents: [6, 4],
      strides: [
        [4, 1],
        [0, 1],
      ],
    });
  });
});
