import { kindCodes, validationNames, type MapFunction, type OperatorKind } from "../../engine/index.ts";
import { Tally, hex } from "./compare.ts";
import type { Implementation } from "./implementations/implementation.ts";
import {
  functionVectors,
  operatorCases,
  testFloatNames,
  testFloatVectors,
  validationCases,
  type TestFloatName,
  type TestFloatVectors,
} from "./vectors.ts";

/** One mocha suite a kind of vector, for whatever implementation it is given. */

function rowOf(columns: readonly Uint32Array[], index: number): string {
  return columns.map((column) => hex(column[index]!)).join(" ");
}

/** Skips the suite where this machine does not have the implementation, and says why. */
function skipAbsent(implementation: Implementation): void {
  before(async function () {
    const absence = await implementation.absence?.();
    if (absence === undefined) return;
    console.log(`      skipped: ${absence}`);
    this.skip();
  });
}

/** Every vector of the 31 Map functions. */
export function functionSuite(implementation: Implementation): void {
  describe(`Map functions, ${implementation.name}`, () => {
    skipAbsent(implementation);
    const tally = new Tally(implementation.name);
    after(() => tally.print());
    for (const { fn, code, columns, expected } of functionVectors()) {
      it(`${code} ${fn}: ${expected.length} vectors`, async () => {
        const actual = await implementation.mapFunction(fn, columns);
        tally.compare(expected, actual, (i) => `${fn} ${rowOf(columns, i)}`);
      });
    }
  });
}

/** Every element of the vectors of the eight operators. */
export function operatorSuite(implementation: Implementation): void {
  describe(`Operators, ${implementation.name}`, () => {
    skipAbsent(implementation);
    const tally = new Tally(implementation.name);
    after(() => tally.print());
    for (const kind of Object.keys(kindCodes) as OperatorKind[]) {
      const cases = operatorCases(kind);
      it(`${kind}: ${cases.length} cases`, async () => {
        const labels: string[] = [];
        const expected: number[] = [];
        const actual: number[] = [];
        for (const [number, vector] of cases.entries()) {
          actual.push(...(await implementation.elements(vector)));
          for (const [index, word] of vector.elements) {
            expected.push(word);
            labels.push(`case ${number}, ${vector.name}, element ${index}`);
          }
        }
        tally.compare(expected, actual, (i) => labels[i]!);
      });
    }
  });
}

/** Every record of the validation vectors. */
export function validationSuite(implementation: Implementation): void {
  describe(`Validation, ${implementation.name}`, () => {
    skipAbsent(implementation);
    const tally = new Tally(implementation.name);
    after(() => tally.print());
    const cases = validationCases();
    for (const [code, name] of validationNames.entries()) {
      const chosen = cases.filter((vector) => vector.code === code);
      it(`${code} ${name}: ${chosen.length} records`, async () => {
        const expected = chosen.map((vector) => vector.code);
        const actual = await implementation.validate!(chosen);
        tally.compare(expected, actual, (i) => `operator ${chosen[i]!.operator}, record ${cases.indexOf(chosen[i]!)}`);
      });
    }
  });
}

const NAN = 0x7fc00000;
/** Flag "invalid": the conversion has no answer in IEEE-754, but has one here. */
const INVALID = 0x10;
const ONE = 0x3f800000;

const direct: Partial<Record<TestFloatName, MapFunction>> = {
  f32_add: "add",
  f32_sub: "sub",
  f32_mul: "mul",
  f32_div: "div",
  f32_sqrt: "sqrt",
  f32_to_i32_rminMag: "ftoi",
  i32_to_f32: "itof",
};

function isNaNWord(word: number): boolean {
  return (word & 0x7fffffff) > 0x7f800000;
}

/** SPEC: spec/numerics.md, ftoi: NaN gives 0, all else saturates. */
function saturated(word: number): number {
  return isNaNWord(word) ? 0 : word >>> 31 === 1 ? 0x80000000 : 0x7fffffff;
}

/** What the spec makes of a line: one NaN, 1.0 for true, saturated conversions. */
function expectedOf({ name, columns, results, flags }: TestFloatVectors): Uint32Array {
  return results.map((result, i) => {
    if (name === "f32_eq" || name === "f32_lt" || name === "f32_le") return result === 0 ? 0 : ONE;
    if (name === "f32_to_i32_rminMag") return flags[i] === INVALID ? saturated(columns[0]![i]!) : result;
    return isNaNWord(result) ? NAN : result;
  });
}

async function testFloatValues(implementation: Implementation, vectors: TestFloatVectors): Promise<Uint32Array> {
  const { name, columns } = vectors;
  const fn = direct[name];
  if (fn !== undefined) return implementation.mapFunction(fn, columns);
  const equal = name === "f32_lt" ? undefined : await implementation.mapFunction("equal", columns);
  const less = name === "f32_eq" ? undefined : await implementation.mapFunction("less", columns);
  return columns[0]!.map((_, i) => (equal?.[i] ?? 0) | (less?.[i] ?? 0));
}

/** Lines of the whole files. */
const TESTFLOAT_LINES = 326_820;

/**
 * Berkeley TestFloat's lines: all of them where PINPOINT_DATA names a folder whose testfloat/ has them, else the selection
 * beside the spec.
 */
export function testFloatSuite(implementation: Implementation): void {
  const data = process.env.PINPOINT_DATA;
  const extent = data === undefined ? "a selection, since PINPOINT_DATA is not set" : "all lines";
  describe(`TestFloat, ${implementation.name}, ${extent}`, () => {
    skipAbsent(implementation);
    const tally = new Tally(implementation.name);
    let lines = 0;
    after(() => {
      tally.skip(TESTFLOAT_LINES - lines);
      tally.print();
    });
    for (const name of testFloatNames) {
      it(name, async () => {
        const vectors = testFloatVectors(name, data);
        lines += vectors.results.length;
        const actual = await testFloatValues(implementation, vectors);
        tally.compare(expectedOf(vectors), actual, (i) => `${name} ${rowOf(vectors.columns, i)}`);
      });
    }
  });
}
