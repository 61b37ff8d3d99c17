import type { Words } from "../../../common/index.ts";
import type { Operator } from "../../program/types.ts";
import { dotElement, runDot } from "./dot.ts";
import { foldElement, runFold } from "./fold.ts";
import { gatherElement, runGather } from "./gather.ts";
import type { KernelContext, Read } from "./kernel.ts";
import { mapElement, runMap } from "./map.ts";
import { runSample, sampleElement } from "./sample.ts";
import { runScatter, scatterElement } from "./scatter.ts";
import { runSchedule, scheduleElement } from "./schedule.ts";
import { runView, viewElement } from "./view.ts";

/** One output word of a valid operator, by its flat index: the definition. The word is unsigned. */
export function computeElement(operator: Operator, flat: number, read: Read, context: KernelContext): number {
  switch (operator.kind) {
    case "Sample":
      return sampleElement(operator, flat, read, context);
    case "Schedule":
      return scheduleElement(operator, flat, read, context);
    case "View":
      return viewElement(operator, flat, read);
    case "Map":
      return mapElement(operator, flat, read);
    case "Dot":
      return dotElement(operator, flat, read);
    case "Fold":
      return foldElement(operator, flat, read);
    case "Gather":
      return gatherElement(operator, flat, read);
    case "Scatter":
      return scatterElement(operator, flat, read);
  }
}

/**
 * All output words of a valid operator.
 * @param sources the tensors that its operands name; fields, which only a Sample reads, need not lie in memory
 * @param out words = product of extents
 */
export function runOperator(
  operator: Operator,
  sources: readonly Words[],
  out: Uint32Array,
  context: KernelContext,
): void {
  if (operator.kind === "Sample") return runSample(operator, sources, out, context);
  return runInMemory(operator, sources as readonly Uint32Array[], out, context);
}

function runInMemory(
  operator: Exclude<Operator, { kind: "Sample" }>,
  sources: readonly Uint32Array[],
  out: Uint32Array,
  context: KernelContext,
): void {
  switch (operator.kind) {
    case "Schedule":
      return runSchedule(operator, sources, out, context);
    case "View":
      return runView(operator, sources, out);
    case "Map":
      return runMap(operator, sources, out);
    case "Dot":
      return runDot(operator, sources, out);
    case "Fold":
      return runFold(operator, sources, out);
    case "Gather":
      return runGather(operator, sources, out);
    case "Scatter":
      return runScatter(operator, sources, out);
  }
}
