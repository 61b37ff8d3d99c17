import { firstResult, immediate, mapSignatures } from "../../program/codes.ts";
import type { Dtype, Instruction, MapFunction, MapOperator, Operand } from "../../program/types.ts";
import { mapFunctions } from "./functions.ts";
import { coordinatesOf, productOf, readWord } from "./kernel.ts";
import type { Read } from "./kernel.ts";
import { canonicalise, floatOf, floatsOf, intsOf, wordOf } from "./words.ts";

/** A word as its dtype's value, and back. */
function valueOf(word: number, dtype: Dtype): number {
  return dtype === "f32" ? floatOf(word) : word | 0;
}
function wordOfValue(value: number, dtype: Dtype): number {
  return dtype === "f32" ? wordOf(value) : value >>> 0;
}

export function mapElement(operator: MapOperator, flat: number, read: Read): number {
  const coordinates = coordinatesOf(operator.extents, flat);
  const operands = operator.operands.map((_, operand) => readWord(read, operator.operands, operand, coordinates));
  const results: number[] = [];
  for (const { fn, a, b, c, imm } of operator.instructions) {
    const { takes, gives } = mapSignatures[fn];
    const argument = (code: number) => {
      const word = code === immediate ? imm : code < firstResult ? operands[code]! : results[code - firstResult]!;
      return valueOf(word, takes);
    };
    const { arity } = mapSignatures[fn];
    const [first, second, third] = [a, b, c].map((code, place) => (place < arity ? argument(code) : 0));
    results.push(wordOfValue(mapFunctions[fn](first!, second!, third!), gives));
  }
  return results.at(-1)!;
}

/** Output words computed together, one instruction after another. */
const block = 1024;

/** The words of one operand, result or immediate over a block, under both readings. */
interface Column {
  readonly words: Uint32Array;
  readonly f32: Float32Array;
  readonly i32: Int32Array;
}

function column(words = new Uint32Array(block)): Column {
  return { words, f32: floatsOf(words), i32: intsOf(words) };
}

/** Loads the words that an operand reads for output words start … start + count − 1. */
function load(
  extents: readonly number[],
  operand: Operand,
  source: Uint32Array,
  start: number,
  count: number,
  out: Uint32Array,
) {
  const { offset, strides } = operand;
  const last = extents.length - 1;
  const row = extents[last]!;
  const stride = strides[last]!;
  const coordinates = coordinatesOf(extents, start);
  let done = 0;
  while (done < count) {
    let address = offset;
    for (let axis = 0; axis <= last; axis++) address += strides[axis]! * coordinates[axis]!;
    const length = Math.min(row - coordinates[last]!, count - done);
    for (let o = 0; o < length; o++) out[done + o] = source[address + o * stride]!;
    done += length;
    coordinates[last] = 0;
    for (let axis = last - 1; axis >= 0; axis--) {
      coordinates[axis]! += 1;
      if (coordinates[axis]! < extents[axis]!) break;
      coordinates[axis] = 0;
    }
  }
}

type Values = Float32Array | Int32Array;

/** Loop over one function's calls. */
function evaluate(fn: MapFunction, out: Values, a: Values, b: Values, c: Values, count: number): void {
  const call = mapFunctions[fn];
  for (let index = 0; index < count; index++) out[index] = call(a[index]!, b[index]!, c[index]!);
}

/** An instruction with its columns looked up. */
interface Prepared {
  readonly fn: MapFunction;
  readonly arguments: readonly [Values, Values, Values];
  readonly out: Values;
}

function prepare(
  instructions: readonly Instruction[],
  operands: readonly Column[],
  results: readonly Column[],
): Prepared[] {
  return instructions.map(({ fn, a, b, c, imm }, place) => {
    const { takes, gives } = mapSignatures[fn];
    const constant = column();
    constant.words.fill(imm);
    const argument = (code: number) =>
      (code === immediate ? constant : code < firstResult ? operands[code]! : results[code - firstResult]!)[takes];
    // An unused argument is 0 and names operand 0, which is there and is ignored.
    return { fn, arguments: [argument(a), argument(b), argument(c)], out: results[place]![gives] };
  });
}

export function runMap(operator: MapOperator, sources: readonly Uint32Array[], out: Uint32Array): void {
  const { extents, operands, instructions } = operator;
  const loaded = operands.map(() => column());
  const results = instructions.map(() => column());
  const prepared = prepare(instructions, loaded, results);
  const total = productOf(extents);
  for (let start = 0; start < total; start += block) {
    const count = Math.min(block, total - start);
    operands.forEach((operand, index) => load(extents, operand, sources[index]!, start, count, loaded[index]!.words));
    for (const {
      fn,
      arguments: [a, b, c],
      out: result,
    } of prepared)
      evaluate(fn, result, a, b, c, count);
    out.set(results.at(-1)!.words.subarray(0, count), start);
  }
  // An f32 NaN between instructions may have any bits, since none of them looks at those; the output has one NaN.
  if (operator.dtype === "f32") canonicalise(out);
}
