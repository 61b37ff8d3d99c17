import { dirname } from "node:path";
import { layerProblems } from "./layer-rules.ts";
import { LAYERS } from "./layers.ts";

const problems = layerProblems(dirname(import.meta.dirname), LAYERS);
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "layers: in order" : `layers: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
