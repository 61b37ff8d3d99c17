/** One kernel an operator, and one for groups of them: kernel(record, operand table, output, context), all addresses in linear memory. */
export { sample } from "./sample";
export { schedule } from "./schedule";
export { view } from "./view";
export { map } from "./map";
export { dot, setTileRows } from "./dot";
export { fold } from "./fold";
export { gather } from "./gather";
export { scatter } from "./scatter";
export { fused } from "./fused";
export { arenaStart, scratchBytes, setScratch } from "./scratch";
