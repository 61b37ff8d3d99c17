import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { nodeRules } from "../engine/index.ts";

const root = join(import.meta.dirname, "..");
const read = (name: string) => readFileSync(join(root, "docs", name), "utf8");

/** Words in backticks in one column of the table under a heading. */
function column(markdown: string, heading: string, index: number): string[] {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(1).flatMap((line) => [...line.split(" | ")[index]!.matchAll(/`(\w+)`/g)].map((match) => match[1]!));
}

describe("the pages about ONNX nodes", () => {
  it("docs/nodes.md is what scripts/write-nodes.ts writes", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/write-nodes.ts", "--check"], { cwd: root });
    expect([status, stderr.toString()]).to.deep.equal([0, ""]);
  });

  it("docs/nodes.md has a row for every node", () => {
    const rows = read("nodes.md")
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    expect(rows.map((line) => line.split("`")[1])).to.deep.equal([...nodeRules.keys()]);
  });

  it("docs/exporting-from-pytorch.md says rightly which nodes are supported and which are refused", () => {
    const page = read("exporting-from-pytorch.md");
    const supported = column(page, "What is supported", 1);
    const refused = column(page, "What is refused", 1);
    expect(supported.length).to.be.greaterThan(10);
    expect(refused.length).to.be.greaterThan(5);
    expect(supported.filter((opType) => !nodeRules.has(opType))).to.deep.equal([]);
    expect(refused.filter((opType) => nodeRules.has(opType))).to.deep.equal([]);
  });
});
