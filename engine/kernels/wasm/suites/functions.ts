import { expect } from "chai";
import { createPrng } from "../../../../common/index.ts";
import type { Prng } from "../../../../common/index.ts";
import { mapSignatures } from "../../../program/codes.ts";
import type { ConstantDeclaration, Dtype, MapFunction, Operand, Operator } from "../../../program/types.ts";
import { mapFunctions } from "../../reference/functions.ts";
import { floatOf, wordOf } from "../../reference/words.ts";
import type { Create } from "./kernels.ts";
import { borderWords } from "../nasty-words.ts";

const SEED = 4_190_001;
const POINTS = 100_000;
/** Constants 0 to 2 are f32 arguments a, b, c; 3 to 5 are i32 arguments. */
const FIRST: Readonly<Record<Dtype, number>> = { f32: 0, i32: 3 };

/** All bit patterns, small numbers, the range in which exp is finite, and borders. */
function f32Point(random: Prng): number {
  const range = random.pick([0, 1, 8, 110]);
  if (range > 0) return wordOf(Math.fround((random.unit() * 2 - 1) * range));
  return random.below(4) === 0 ? random.pick(borderWords.f32) : random.u32();
}

function i32Point(random: Prng): number {
  return random.pick([random.u32(), random.pick(borderWords.i32), random.below(40)]);
}

const functions = Object.keys(mapSignatures) as MapFunction[];

function operatorOf(fn: MapFunction): Operator {
  const { arity, takes, gives } = mapSignatures[fn];
  const operands = Array.from({ length: arity }, (_, place): Operand => {
    return { ref: { space: "constant", index: FIRST[takes] + place }, offset: 0, strides: [1] };
  });
  const [a = 0, b = 0, c = 0] = operands.map((_, place) => place);
  return { kind: "Map", dtype: gives, extents: [POINTS], operands, instructions: [{ fn, a, b, c, imm: 0 }] };
}

function expectedWord(fn: MapFunction, points: readonly Uint32Array[], index: number): number {
  const { takes, gives } = mapSignatures[fn];
  const [a = 0, b = 0, c = 0] = [0, 1, 2].map((place) => {
    const word = points[FIRST[takes] + place]![index]!;
    return takes === "f32" ? floatOf(word) : word | 0;
  });
  const value = mapFunctions[fn](a, b, c);
  return gives === "f32" ? wordOf(value) : value >>> 0;
}

/** Differential test of an engine's Map functions. To be called inside a `describe`. */
export function functionSuite(create: Create): void {
  it(`give the reference's bits at ${POINTS} points each`, async () => {
    const random = createPrng(SEED);
    const points = Array.from({ length: 6 }, (_, index) =>
      Uint32Array.from({ length: POINTS }, () => (index < FIRST.i32 ? f32Point(random) : i32Point(random))),
    );
    const constants = points.map((_, index): ConstantDeclaration => {
      return { dtype: index < FIRST.i32 ? "f32" : "i32", words: POINTS, root: new Uint8Array(32) };
    });
    // The last function's output is the state.
    const states = [{ dtype: mapSignatures[functions.at(-1)!].gives, words: POINTS }];
    const program = { states, fields: [], constants, operators: functions.map(operatorOf), batch: 1 };
    const executor = await create({ program, constants: points, dataset: { samples: 0, fields: [] } });
    let compared = 0;
    executor.step(
      { step: 0, seed: 0, order: "sequential" },
      {
        onOutput: (operator, words) => {
          const fn = functions[operator]!;
          const wrong = words.findIndex((word, index) => word !== expectedWord(fn, points, index));
          expect(wrong, `${fn}, seed ${SEED}`).to.equal(-1);
          compared += words.length;
        },
      },
    );
    expect(compared).to.equal(functions.length * POINTS);
  }).timeout(120_000);
}
