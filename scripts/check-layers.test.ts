import { expect } from "chai";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { layerProblems, type Layers } from "./layer-rules.ts";
import { LAYERS } from "./layers.ts";

const layers: Layers = { common: [], engine: ["common"], test: "*" };

/** Built from parts, so that the checker does not take a fixture for an import of this file. */
const importing = (target: string, clause = "{ x }") => ["import", clause, "from", `"${target}";\n`].join(" ");

describe("check-layers", () => {
  let root: string;

  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "pinpoint-layers-"))));
  afterEach(() => rmSync(root, { recursive: true }));

  function problems(files: Record<string, string>): string[] {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    return layerProblems(root, layers);
  }

  it("accepts arrows of the table", () => {
    const files = { "common/index.ts": "", "engine/index.ts": importing("../common/index.ts") };
    expect(problems({ ...files, "test/a.test.ts": importing("../engine/index.ts") })).to.deep.equal([]);
  });

  it("rejects a wrong arrow, type-only imports included", () => {
    const files = { "engine/index.ts": "", "common/index.ts": importing("../engine/index.ts", "type { x }") };
    expect(problems(files)).to.deep.equal(["common/index.ts: common/ may not import engine/ (engine/index.ts)"]);
  });

  it("rejects an import over several lines and a dynamic one", () => {
    const files = { "engine/index.ts": "", "common/a.ts": importing("../engine/index.ts", "{\n  x,\n}") };
    expect(problems(files)).to.have.length(1);
    expect(problems({ "common/a.ts": `const x = await import${'("../engine/index.ts")'};` })).to.have.length(1);
  });

  it("rejects an import past the other folder's index", () => {
    const files = { "common/hash.ts": "", "engine/index.ts": importing("../common/hash.ts") };
    expect(problems(files)).to.deep.equal(["engine/index.ts: import common/index.ts, not common/hash.ts"]);
  });

  it("rejects imports of tests and of files that do not exist", () => {
    const files = { "test/index.ts": "", "engine/index.ts": importing("../test/index.ts") + importing("./gone.ts") };
    expect(problems(files)).to.deep.equal([
      "engine/index.ts: nothing imports test/, but this imports test/index.ts",
      "engine/index.ts: imports engine/gone.ts, which does not exist",
    ]);
  });

  it("rejects a circle among files, type-only imports included", () => {
    const files = { "common/a.ts": importing("./b.ts"), "common/b.ts": importing("./a.ts", "type { x }") };
    expect(problems(files)).to.deep.equal(["circle: common/a.ts → common/b.ts → common/a.ts"]);
  });

  it("rejects a top-level folder that the table does not name", () => {
    expect(problems({ "util/a.ts": "" })).to.deep.equal(["util/: not in the table of layers"]);
  });

  it("lets no layer import one that may import it", () => {
    for (const [folder, allowed] of Object.entries(LAYERS)) {
      if (allowed !== "*") for (const other of allowed) expect(LAYERS[other], other).to.not.include(folder);
    }
  });
});
