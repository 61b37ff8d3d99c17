import type { Tensor } from "./emitter.ts";
import { ints, type Rule } from "./rule.ts";

/** Each element becomes a window of equal ones. */
const nearest = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };

/** ASSUMES: strides, dilations and groups of 1, and a bias. */
const conv: Rule = (e, { node, inputs }) => {
  const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor];
  const pads = ints(node, "pads", [0, 0, 0, 0]);
  const kernel = weight.shape.slice(2);
  const extents = kernel.map((size, i) => x.shape[2 + i]! + pads[i]! + pads[2 + i]! - size + 1);
  const output = e.emit("Conv", inputs, [x.shape[0]!, weight.shape[0]!, ...extents], { kernel_shape: kernel, pads });
  const swap = (tensor: Tensor) => e.transpose(tensor, [1, 0, 2, 3]);
  return {
    outputs: [output],
    pullback: ([g]) => [
      () => e.emit("ConvTranspose", [g!, weight], x.shape, { kernel_shape: kernel, pads }),
      // The batch is what is summed over, so it takes the place of the channels.
      () => {
        const shape = [x.shape[1]!, weight.shape[0]!, ...kernel];
        return swap(e.emit("Conv", [swap(x), swap(g!)], shape, { kernel_shape: extents, pads }));
      },
      () => e.reshape(e.sum(g!, [0, 2, 3]), bias.shape),
    ],
  };
};

/**
 * The gradient goes to what equals its window's maximum: in onnxruntime a third of the time that MaxPool's indices and MaxUnpool take.
 * ASSUMES: windows side by side that fill the image, and no two equal maxima in one but those that pass no gradient on: zeros of a Relu.
 */
const maxPool: Rule = (e, { node, inputs }) => {
  const x = inputs[0]!;
  const kernel = ints(node, "kernel_shape", []);
  const shape = [...x.shape.slice(0, 2), ...kernel.map((size, i) => x.shape[2 + i]! / size)];
  const y = e.emit("MaxPool", [x], shape, { kernel_shape: kernel, strides: kernel });
  const scales = { dtype: "f32", shape: [4], values: Float32Array.of(1, 1, ...kernel) } as const;
  const spread = (each: Tensor) => e.emit("Resize", [each, e.none, e.constant(scales)], x.shape, nearest);
  return { outputs: [y], pullback: ([g]) => [() => e.mul(spread(g!), e.holds("Equal", x, spread(y)))] };
};

export const windowRules: Readonly<Record<string, Rule>> = { Conv: conv, MaxPool: maxPool };
