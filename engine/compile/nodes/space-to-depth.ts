import { shapeText } from "../graph.ts";
import { permute } from "../builder/value.ts";
import { reshape } from "../builder/view.ts";
import type { NodeRule } from "./rule.ts";

/** Blocks of the plane become channels; dx = dy the other way round. */
export const spaceToDepth: NodeRule = {
  opType: "SpaceToDepth",
  inputs: [{ name: "input", takes: "any" }],
  supports: "[N, C, H, W] with H and W multiples of blocksize",
  attributes: ["blocksize"],
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const size = node.number("blocksize", 0);
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const [rows, columns] = [h / size, w / size];
    if (x.shape.length !== 4 || !Number.isInteger(rows) || !Number.isInteger(columns))
      node.refuse(`${shapeText(x.shape)} in blocks of ${size}`);
    const order = [0, 3, 5, 1, 2, 4];
    const back = order.map((_, axis) => order.indexOf(axis));
    const turned = permute(reshape(b, x, [n, c, rows, size, columns, size]), order);
    return {
      outputs: [reshape(b, turned, [n, c * size * size, rows, columns])],
      gradient: (dy) => [reshape(b, permute(reshape(b, dy, turned.shape), back), x.shape)],
    };
  },
};
