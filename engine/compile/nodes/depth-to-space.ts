import { shapeText } from "../graph.ts";
import { permute, withShape } from "../builder/value.ts";
import { contiguous, reshape } from "../builder/view.ts";
import type { NodeRule } from "./rule.ts";

/** Blocks of channels become blocks of the plane; dx = dy the other way round. */
export const depthToSpace: NodeRule = {
  opType: "DepthToSpace",
  inputs: [{ name: "input", takes: "any" }],
  supports: "[N, C, H, W] with C a multiple of blocksize², in mode DCR or CRD",
  attributes: ["blocksize", "mode"],
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const size = node.number("blocksize", 0);
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const depth = c / size ** 2;
    if (x.shape.length !== 4 || !Number.isInteger(depth)) node.refuse(`${shapeText(x.shape)} in blocks of ${size}`);
    const first = node.text("mode", "DCR") === "DCR";
    const split = first ? [n, size, size, depth, h, w] : [n, depth, size, size, h, w];
    const order = first ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
    const back = order.map((_, axis) => order.indexOf(axis));
    const turned = permute(reshape(b, x, split), order);
    return {
      outputs: [reshape(b, turned, [n, depth, h * size, w * size])],
      gradient: (dy) => [withShape(contiguous(b, permute(reshape(b, dy, turned.shape), back)), x.shape)],
    };
  },
};
