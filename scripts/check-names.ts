import { dirname } from "node:path";
import { LAYERS } from "./layers.ts";
import { nameProblems } from "./name-rules.ts";

const problems = nameProblems(dirname(import.meta.dirname), new Set(Object.keys(LAYERS)));
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? "names: in order" : `names: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
