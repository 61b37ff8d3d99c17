import { expect } from "chai";
import { createPrng, type Prng } from "../../common/index.ts";
import { nodeRules } from "../../engine/index.ts";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";
import { compileCase, type CompiledCase } from "./compile-case.ts";
import { numbersOf, stepInDouble } from "./double.ts";

const SEED = 20_261_123;
/** Half the distance of a central difference, and the greatest error allowed, relative to the largest component. */
const DISTANCE = 1e-4;
const TOLERANCE = 1e-6;
/** Components tried of each parameter. */
const COMPONENTS = 12;

/** Greatest error of the update against central differences, relative to the largest component of the gradient. */
function gradientError(prng: Prng, { model, dataset }: CompiledCase, parameter: number): number {
  const start = model.initialState.map((words, i) => numbersOf(words, model.program.states[i]!.dtype));
  const next = stepInDouble(model, dataset, start);
  const gradient = next[parameter]!.map((value, i) => start[parameter]![i]! - value);
  const scale = gradient.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  expect(scale).to.be.greaterThan(0);
  const lossAt = (component: number, value: number) => {
    const moved = start.map((words) => Float64Array.from(words));
    moved[parameter]![component]! += value;
    return stepInDouble(model, dataset, moved).at(-1)![0]!;
  };
  const errors = Array.from({ length: Math.min(COMPONENTS, gradient.length) }, () => {
    const component = prng.below(gradient.length);
    const difference = (lossAt(component, DISTANCE) - lossAt(component, -DISTANCE)) / (2 * DISTANCE);
    return Math.abs(difference - gradient[component]!) / scale;
  });
  return Math.max(...errors);
}

function roleOf({ running, frozen }: Case, name: string): string {
  return frozen?.includes(name) ? "frozen" : running?.includes(name) ? "running" : "parameter";
}

describe(`gradients of nodes against central differences in double precision (seed ${SEED})`, () => {
  for (const each of cases) {
    it(each.name, () => {
      const prng = createPrng(SEED);
      const compiled = compileCase(prng, each);
      expect(compiled.model.states.map(({ name }) => name)).to.deep.equal([...Object.keys(each.parameters), "loss"]);
      for (const [index, { name, role }] of compiled.model.states.slice(0, -1).entries()) {
        expect(role, name).to.equal(roleOf(each, name));
        if (role !== "parameter") continue;
        expect(gradientError(prng, compiled, index), name).to.be.lessThan(TOLERANCE);
      }
    });
  }

  it("tries every node rule", () => {
    const tried = new Set(cases.flatMap(({ nodes }) => nodes.map(({ opType }) => opType)));
    expect([...nodeRules.keys()].filter((opType) => !tried.has(opType))).to.deep.equal([]);
  });
});
