import type { importOnnx } from "../../engine/index.ts";
import type { Emitter, Tensor } from "./emitter.ts";

export type ForwardNode = ReturnType<typeof importOnnx>["nodes"][number];

/** Gradients of a node's outputs → for each input what emits its gradient; nothing is emitted for an input that needs none. */
export type Pullback = (gradients: readonly Tensor[]) => readonly ((() => Tensor) | undefined)[];

export interface Emitted {
  readonly outputs: readonly Tensor[];
  /** Left out where no gradient passes. */
  readonly pullback?: Pullback;
}

/** What a rule may ask about the node that it emits. */
export interface NodeView {
  readonly node: ForwardNode;
  readonly inputs: readonly Tensor[];
  /** Numbers of an integer input that is known. */
  readonly integers: (input: number) => readonly number[];
}

/** Emits a node of the forward graph, and says how its gradient is emitted. */
export type Rule = (e: Emitter, view: NodeView) => Emitted;

export function ints(node: ForwardNode, name: string, otherwise: readonly number[]): readonly number[] {
  return (node.attributes.get(name) as readonly number[] | undefined) ?? otherwise;
}

export function int(node: ForwardNode, name: string, otherwise: number): number {
  return (node.attributes.get(name) as number | undefined) ?? otherwise;
}
