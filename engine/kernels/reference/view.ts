import type { Guard, View } from "../../program/types.ts";
import { addressAt, addressOf, coordinatesOf, forEachRow } from "./kernel.ts";
import type { Read } from "./kernel.ts";
import { canonicalWord, canonicalise } from "./words.ts";

/** What a guard with value g adds to the address, or −1 if it does not hold. */
function guarded(guard: Guard, g: number): number {
  if (g < 0 || g % guard.divisor !== 0) return -1;
  const quotient = g / guard.divisor;
  return quotient < guard.bound ? quotient * guard.stride : -1;
}

export function viewElement(operator: View, flat: number, read: Read): number {
  const coordinates = coordinatesOf(operator.extents, flat);
  for (const [piece, operand] of operator.operands.entries()) {
    const added = operator.guards[piece]!.map((guard) =>
      guarded(guard, addressAt(guard.offset, guard.coefficients, coordinates)),
    );
    if (added.includes(-1)) continue;
    const address = added.reduce((sum, part) => sum + part, addressOf(operand, coordinates));
    return ofDtype(operator, read(piece, address, 1)[0]!);
  }
  return ofDtype(operator, operator.fill);
}

function ofDtype(operator: View, word: number): number {
  return operator.dtype === "f32" ? canonicalWord(word) : word;
}

export function runView(operator: View, sources: readonly Uint32Array[], out: Uint32Array): void {
  out.fill(operator.fill);
  // ORDER: the first piece that holds decides, so the later ones are laid down before it.
  for (let piece = operator.operands.length - 1; piece >= 0; piece--) layPiece(operator, piece, sources[piece]!, out);
  if (operator.dtype === "f32") canonicalise(out);
}

/** Writes the words of one piece wherever all of its guards hold. */
function layPiece(operator: View, piece: number, source: Uint32Array, out: Uint32Array): void {
  const operand = operator.operands[piece]!;
  const guards = operator.guards[piece]!;
  const linears = [operand, ...guards.map(({ offset, coefficients }) => ({ offset, strides: coefficients }))];
  const row = operator.extents.at(-1)!;
  const stride = operand.strides.at(-1)!;
  const steps = guards.map(({ coefficients }) => coefficients.at(-1)!);
  forEachRow(operator.extents, linears, (flat, values) => {
    const base = values[0]!;
    for (let o = 0; o < row; o++) {
      let address = base + o * stride;
      let holds = true;
      for (let index = 0; index < guards.length && holds; index++) {
        const added = guarded(guards[index]!, values[index + 1]! + o * steps[index]!);
        holds = added >= 0;
        address += added;
      }
      if (holds) out[flat + o] = source[address]!;
    }
  });
}
