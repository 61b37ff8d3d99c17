import type { Tensor } from "./emitter.ts";
import type { Rule } from "./rule.ts";

/** ASSUMES: along the last axis. */
const softmax: Rule = (e, { inputs }) => {
  const y = e.emit("Softmax", [inputs[0]!], inputs[0]!.shape, { axis: -1 });
  const slope = (g: Tensor) => {
    const weighted = e.mul(g, y);
    return e.sub(weighted, e.mul(y, e.sum(weighted, [y.shape.length - 1])));
  };
  return { outputs: [y], pullback: ([g]) => [() => slope(g!)] };
};

/** ASSUMES: along the last axis, with a bias. */
const layerNormalization: Rule = (e, { node, inputs }) => {
  const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor];
  const epsilon = { float: (node.attributes.get("epsilon") as number | undefined) ?? 1e-5 };
  const one = [...x.shape.slice(0, -1), 1];
  const [y, mean, inverse] = e.emitAll("LayerNormalization", inputs, [x.shape, one, one], { axis: -1, epsilon }) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const pullback = ([g]: readonly Tensor[]) => {
    const unit = e.mul(e.sub(x, mean), inverse);
    const slope = () => {
      const scaled = e.mul(g!, weight);
      const along = e.mul(unit, e.mean(e.mul(scaled, unit)));
      return e.mul(inverse, e.sub(e.sub(scaled, e.mean(scaled)), along));
    };
    return [slope, () => e.sumTo(e.mul(g!, unit), weight.shape), () => e.sumTo(g!, bias.shape)];
  };
  return { outputs: [y], pullback };
};

export const normalisationRules: Readonly<Record<string, Rule>> = {
  Softmax: softmax,
  LayerNormalization: layerNormalization,
};
