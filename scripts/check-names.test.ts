import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { nameProblems } from "./name-rules.ts";

describe("check-names", () => {
  let root: string;

  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "pinpoint-names-"))));
  afterEach(() => rmSync(root, { recursive: true }));

  function problems(files: Record<string, string>): string[] {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return nameProblems(root, new Set(["docs", "engine"]));
  }

  it("accepts paths that exist, globs, lines, generated files and words that are no paths of ours", () => {
    const text = "`engine/a.ts` `engine/a.ts:3` `engine/*.ts` `engine/` `engine/build/x.wasm` `and/or` `https://x/y`";
    expect(problems({ "README.md": `${text} [docs](docs/a.md#top)`, "docs/a.md": "", "engine/a.ts": "" })).to.be.empty;
  });

  it("ignores fenced blocks and documents outside the checked folders", () => {
    expect(problems({ "README.md": "```\n`engine/b.ts`\n```\n", "engine/NOTES.md": "`engine/c.ts`" })).to.be.empty;
  });

  it("rejects a path and a link that do not exist", () => {
    expect(problems({ "docs/a.md": "See `engine/b.ts` and [this](gone.md)." })).to.deep.equal([
      "docs/a.md: names engine/b.ts, which does not exist",
      "docs/a.md: names docs/gone.md, which does not exist",
    ]);
  });

  it("rejects plain errors, except in tests", () => {
    const thrown = 'throw new Error("no");\n';
    expect(problems({ "engine/a.ts": `\n${thrown}`, "engine/a.test.ts": thrown, "test/a.ts": thrown })).to.deep.equal([
      "engine/a.ts:2: throw a TransientError, OperatorError or DefectError, not a plain Error",
    ]);
  });
});
