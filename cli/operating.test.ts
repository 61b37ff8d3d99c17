import { expect } from "chai";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Registry } from "prom-client";
import { createMetrics } from "../daemon/index.ts";

const root = dirname(import.meta.dirname);
const guide = readFileSync(join(root, "docs", "operating.md"), "utf8");
const sources = globSync("{cli,daemon,solver,verifier}/**/*.ts", { cwd: root })
  .filter((path) => !path.endsWith(".test.ts"))
  .map((path) => readFileSync(join(root, path), "utf8"))
  .join("\n");

/** What stands in code marks, by the pattern. */
const named = (pattern: RegExp) => new Set([...guide.matchAll(pattern)].map((match) => match[1]!));
const written = (pattern: RegExp) => new Set([...sources.matchAll(pattern)].map((match) => match[1]!));

describe("docs/operating.md", () => {
  it("names every metric there is, and no other", () => {
    const { registry } = createMetrics("solver");
    expect(registry).to.be.instanceOf(Registry);
    const counted = registry.getMetricsAsArray().map(({ name }) => name);
    const all = new Set([
      ...counted.filter((name) => name.startsWith("pinpoint_")),
      ...written(/name: "(pinpoint_\w+)"/g),
    ]);
    expect(all.size).to.be.greaterThan(15);
    expect([...named(/^\| `(pinpoint_\w+)`/gm)].toSorted()).to.deep.equal([...all].toSorted());
  });

  it("names every event that is logged, and no other", () => {
    const section = guide.slice(guide.indexOf("## Log events"), guide.indexOf("## After a crash"));
    const told = new Set(
      [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) =>
        [...cell!.matchAll(/`([\w-]+)`/g)].map(([, name]) => name!),
      ),
    );
    const logged = written(/(?:log\w*\??\.\w+\(\s*|facts = )\{ event: "([\w-]+)"/g);
    // One function logs both ends of a job, one those of a demand, by a parameter; another whatever is done about a seat.
    const [, seats = ""] = /type SeatEvent = ([^;]+);/.exec(sources) ?? [];
    const ofSeats = [...seats.matchAll(/"(\w+)"/g)].map(([, name]) => name!);
    expect(ofSeats.length).to.be.greaterThan(5);
    const all = new Set([...logged, ...ofSeats, "expired", "settled", "voided"]);
    expect(all.size).to.be.greaterThan(30);
    expect([...told].toSorted()).to.deep.equal([...all].toSorted());
  });

  it("names every variable of the environment that an option reads", () => {
    const variables = written(/\.env\(\s*"(PINPOINT_\w+)"/g);
    expect(variables.size).to.be.greaterThan(5);
    for (const name of variables) expect(guide).to.contain(`\`${name}\``);
  });
});
