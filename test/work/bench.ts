/**
 * Measures how well work units foretell time: `npm run bench:work`. Writes bench/results/work-units.json and docs/work-units.md.
 * ROUNDS: each model runs for a second, the least time of a step counts.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { createExecutor, elementCost, outputWords, workUnitsPerStep, type OperatorKind } from "../../engine/index.ts";
import { benchModels, type BenchModel } from "./models.ts";

const MEASURED_MS = 1_000;

interface Measured {
  readonly name: string;
  readonly operators: number;
  readonly workUnits: number;
  /** UNITS: µs. */
  readonly stepMicroseconds: number;
}

/** Work units and least time of the operators of one kind. UNITS: ns. */
interface KindTime {
  units: number;
  nanoseconds: number;
}

const now = () => Number(process.hrtime.bigint());

async function measure({ name, model, dataset }: BenchModel, kinds: Map<OperatorKind, KindTime>): Promise<Measured> {
  const { program, constants, initialState } = model;
  const executor = await createExecutor("wasm", { program, constants, dataset });
  executor.setState(initialState);
  const least = program.operators.map(() => Infinity);
  let best = Infinity;
  let step = 0;
  for (const end = now() + MEASURED_MS * 1e6; now() < end || step < 8; step++) {
    const start = now();
    executor.step({ step, seed: 1, order: "shuffled" });
    best = Math.min(best, now() - start);
  }
  for (const end = now() + MEASURED_MS * 1e6; now() < end; step++) {
    let last = now();
    const onOutput = (operator: number) => {
      const at = now();
      least[operator] = Math.min(least[operator]!, at - last);
      last = now();
    };
    executor.step({ step, seed: 1, order: "shuffled" }, { onOutput });
  }
  program.operators.forEach((operator, i) => {
    const kind = kinds.get(operator.kind) ?? { units: 0, nanoseconds: 0 };
    kind.units += outputWords(operator) * elementCost(operator);
    kind.nanoseconds += least[i]!;
    kinds.set(operator.kind, kind);
  });
  const workUnits = Number(workUnitsPerStep(program));
  return { name, operators: program.operators.length, workUnits, stepMicroseconds: Math.round(best / 100) / 10 };
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));

const kinds = new Map<OperatorKind, KindTime>();
const measured: Measured[] = [];
for (const model of benchModels()) measured.push(await measure(model, kinds));
const perUnit = measured.map(({ workUnits, stepMicroseconds }) => (1_000 * stepMicroseconds) / workUnits);
/** The rate that all models share best: what their logarithms average to. */
const shared = Math.exp(perUnit.reduce((sum, value) => sum + Math.log(value), 0) / perUnit.length);
const models = measured.map((each, i) => ({
  ...each,
  nanosecondsPerUnit: round(perUnit[i]!, 3),
  /** Executed time over the estimated one. */
  ratio: round(perUnit[i]! / shared, 2),
}));
const spread = Math.exp(
  Math.sqrt(perUnit.reduce((sum, value) => sum + Math.log(value / shared) ** 2, 0) / perUnit.length),
);
const byKind = [...kinds].map(([kind, { units, nanoseconds }]) => ({
  kind,
  units,
  nanosecondsPerUnit: round(nanoseconds / units, 3),
}));
const results = {
  machine: cpus()[0]?.model ?? "unknown",
  engine: "wasm",
  nanosecondsPerUnit: round(shared, 3),
  typicalFactor: round(spread, 2),
  models,
  kinds: byKind.toSorted((a, b) => a.nanosecondsPerUnit - b.nanosecondsPerUnit),
};
const file = (path: string) => new URL(`../../${path}`, import.meta.url);
writeFileSync(file("bench/results/work-units.json"), `${JSON.stringify(results, null, 2)}\n`);

const line = (...cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
const ratios = models.map(({ ratio }) => ratio);
const page = `# Work units and time

The price of a job is its work units: what one output element of each operator costs is a table in [spec/program.md](../spec/program.md), and
anyone computes a program's sum (\`pinpoint compile\` prints it, by forward, backward and update). This page says how well that foretells
time. \`npm run bench:work\` measures and writes it, from \`bench/results/work-units.json\`.

Machine: ${results.machine}; the WebAssembly engine on one thread; the least time of a step. Best common rate: ${results.nanosecondsPerUnit} ns a unit. Executed over estimated
time lies between ${Math.min(...ratios)} and ${Math.max(...ratios)}; a typical model is off by a factor of ${results.typicalFactor}.

| model | operators | work units a step | µs a step | executed / estimated |
|---|---|---|---|---|
${models.map((each) => line(each.name, each.operators, each.workUnits, each.stepMicroseconds, each.ratio)).join("\n")}

By the kind of operator, over all of these models, each operator's least time:

| operator | ns a unit |
|---|---|
${results.kinds.map(({ kind, nanosecondsPerUnit }) => line(kind, nanosecondsPerUnit)).join("\n")}

Where the table and the time part: a Scatter is charged as the arbiter computes it, every row against every index, while the engine touches
only the rows that are named; a Sample and a View are charged by the word though each word costs an address of its own; every operator has a fixed
cost, which small tensors do not earn. So a submitter of large embeddings pays for more than is done, one of many small operators for less.
`;
writeFileSync(file("docs/work-units.md"), page);
console.log(page);
