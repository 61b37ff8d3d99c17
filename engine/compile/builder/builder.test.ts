import { expect } from "chai";
import { Builder } from "./builder.ts";
import { call, f32, map, operand } from "./map.ts";
import { integerValue, knownNumbers, tensorValue } from "./tensor.ts";
import { broadcastTo, permute, withShape, type Value } from "./value.ts";
import { contiguous, reshape } from "./view.ts";
import { backwardOf, sweep, sweepOf, type Window } from "./windows.ts";

const builder = () => new Builder(4, [{ dtype: "f32", length: 6 }]);
const doubled = (b: Builder, value: Value) => map(b, "f32", [value], call("mul", operand(0), f32(2)));

describe("what a builder computes at compile time", () => {
  it("is what constants alone determine, of up to 65,536 words", () => {
    const b = builder();
    const one = tensorValue(b, { dtype: "f32", shape: [], values: Float32Array.of(1.5) });
    expect(knownNumbers(b, doubled(b, broadcastTo(one, [2, 3])))).to.deep.equal([3, 3, 3, 3, 3, 3]);
    doubled(b, broadcastTo(one, [65_536]));
    expect(b.operators).to.have.length(0);
    expect(knownNumbers(b, doubled(b, broadcastTo(one, [65_537])))).to.equal(undefined);
    expect(b.operators).to.have.length(1);
  });

  it("is nothing that a sample, a state or random bits enter", () => {
    const b = builder();
    const sample = b.sample(0);
    expect(knownNumbers(b, doubled(b, sample))).to.equal(undefined);
    const [first, second] = [b.random([2, 3]), b.random([2, 3])];
    expect(first.ref).to.not.deep.equal(second.ref);
    expect(b.operators.map(({ kind }) => kind)).to.deep.equal(["Sample", "Map", "Sample", "Sample"]);
  });
});

describe("reading under other shapes", () => {
  it("emits a View only where no strides do, and one for equal copies of other shapes", () => {
    const b = builder();
    const sample = withShape(b.sample(0), [4, 2, 3]);
    const turned = permute(sample, [0, 2, 1]);
    expect(reshape(b, sample, [8, 3]).ref).to.deep.equal(sample.ref);
    expect(reshape(b, turned, [2, 2, 3, 2]).ref).to.deep.equal(sample.ref);
    const flat = reshape(b, turned, [4, 6]);
    expect(flat.ref).to.not.deep.equal(sample.ref);
    const split = { ...turned, shape: [2, 2, 3, 2], strides: [12, 6, 1, 3] };
    expect(contiguous(b, split).ref).to.deep.equal(flat.ref);
    expect(b.operators.map(({ kind }) => kind)).to.deep.equal(["Sample", "View"]);
  });
});

/** Every case of padding, stride and dilation on a short axis. */
const windows: Window[] = [1, 2, 3].flatMap((taps) =>
  [1, 2, 3].flatMap((stride) =>
    [1, 2].flatMap((dilation) =>
      [0, 1].map((before) => {
        const positions = Math.floor((7 + 2 * before - dilation * (taps - 1) - 1) / stride) + 1;
        return { extent: 7, positions, taps, stride, dilation, before };
      }),
    ),
  ),
);

describe(`sweeps of ${windows.length} windows`, () => {
  const values = Array.from({ length: 7 }, (_, i) => i + 1);

  it("read the element under each position and tap, and 0 in the padding", () => {
    for (const window of windows) {
      const b = builder();
      const read = sweep(b, integerValue(b, values), [sweepOf(window)], ["positions", "taps"]);
      const wanted = Array.from({ length: window.positions }, (_, position) =>
        Array.from({ length: window.taps }, (_unused, tap) => {
          return values[position * window.stride + tap * window.dilation - window.before] ?? 0;
        }),
      );
      expect(knownNumbers(b, read), JSON.stringify(window)).to.deep.equal(wanted.flat());
    }
  });

  it("and the other way round the position whose tap lies on each element", () => {
    for (const window of windows) {
      const b = builder();
      const positions = values.slice(0, window.positions);
      const read = sweep(b, integerValue(b, positions), [backwardOf(window)], ["positions", "taps"]);
      const wanted = values.map((_, element) =>
        Array.from({ length: window.taps }, (_unused, tap) => {
          const position = (element + window.before - tap * window.dilation) / window.stride;
          return positions[position] ?? 0;
        }),
      );
      expect(knownNumbers(b, read), JSON.stringify(window)).to.deep.equal(wanted.flat());
    }
  });
});
