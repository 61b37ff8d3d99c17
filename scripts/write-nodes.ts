/** Writes docs/nodes.md from the rules of the nodes: `node scripts/write-nodes.ts`. With `--check` it only compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lossNames, nodeRules, opsets, refusedNodes, type NodeInput, type NodeRule } from "../engine/index.ts";

const path = join(import.meta.dirname, "..", "docs", "nodes.md");

function inputText({ name, takes, optional, repeated }: NodeInput): string {
  const notes = [takes, ...(optional ? ["optional"] : []), ...(repeated ? ["one or more"] : [])];
  return `\`${name}\` (${notes.join(", ")})`;
}

function row(rule: NodeRule): string {
  const { opType, inputs, attributes, opsets: forms, supports, flat } = rule;
  const gradient = !flat && inputs.some(({ takes }) => takes === "f32" || takes === "any");
  const cells = [
    `\`${opType}\``,
    inputs.map(inputText).join(", ") || "none",
    attributes.map((name) => `\`${name}\``).join(", ") || "none",
    supports,
    forms ?? "one form",
    gradient ? "yes" : "no",
  ];
  return `| ${cells.join(" | ")} |`;
}

/** The refused nodes by the reason. */
function refusals(): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [opType, reason] of refusedNodes) groups.set(reason, [...(groups.get(reason) ?? []), opType]);
  return groups;
}

/** The support matrix as Markdown. */
export function nodesPage(): string {
  return `# ONNX nodes

What the compiler imports, opset ${opsets.least} to ${opsets.most}. Made by \`scripts/write-nodes.ts\` from the rules in \`engine/compile/nodes/\`; do not edit.

Inputs: \`f32\`, \`i32\` (integers of any ONNX type), \`any\` of the two, \`known\` (integers known at compile time: of a Constant, an initialiser or a Shape, or computed of such), \`known f32\` and \`known any\`, \`shape\` (of any type; only its shape is read).
What constants alone determine is computed at compile time and is a constant of the program. Conditions are the integers 0 and 1. An f32 initialiser is a parameter unless only such inputs read it that take \`known f32\` or \`known any\`.
Any other input, attribute, type or node is refused with the node's name. A gradient flows to every f32 input; along a broadcast it is summed.

| node | inputs | attributes | supported | opsets ${opsets.least} to ${opsets.most} | gradient |
|---|---|---|---|---|---|
${[...nodeRules.values()].map(row).join("\n")}

Refused, by name:

${[...refusals()].map(([reason, opTypes]) => `- ${opTypes.map((opType) => `\`${opType}\``).join(", ")}: ${reason}.`).join("\n")}

Losses: ${lossNames.map((name) => `\`${name}\``).join(", ")}.
`;
}

if (import.meta.main) {
  if (!process.argv.includes("--check")) writeFileSync(path, nodesPage());
  else if (readFileSync(path, "utf8") !== nodesPage()) {
    console.error("docs/nodes.md: is not what the rules say; run node scripts/write-nodes.ts");
    process.exitCode = 1;
  }
}
