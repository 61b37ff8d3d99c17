import { concatBytes, u32Bytes } from "../../../common/index.ts";
import { foldCodes, mapSignatures } from "../../program/codes.ts";
import { encodeOperator } from "../../program/encode.ts";
import type { Operator } from "../../program/types.ts";
import { pairs, type Pair } from "./pairs.ts";
import { slotBytes, type TileFunction, type TileOperand, type TileProgram } from "./tile-program.ts";

/**
 * Record of a group for the kernel `fused`: header, operands, constants, outputs, stages. Words are little-endian u32; the table beside it
 * has an entry for each operand and then for each output.
 *
 * Header, 16 words: operands | outputs << 8 | constants << 16 | moving places << 24; stages; first row; row past the last one; columns;
 * rows a tile; bytes of a slot; 9 zero words. "Per row" below is 1 for a word a row, 0 for a word a column.
 * Operand, 28 words: a View's record with one piece (its extents, offset and strides count); place | per row << 8 | mode << 16; zero.
 * Constant, 2 words: the word; place. Output, 2 words: place; per row.
 * Stage, 2 words: code | per row << 8; place of the result | places of the arguments << 8, 16, 24 (a load: index of the operand << 8).
 */
const headerWords = 16;

const modes: Readonly<Record<TileOperand["mode"], number>> = { moving: 0, once: 1, copied: 2 };

/** Map functions have their own codes; Folds are counted from 80, pairs from 96. */
const stageCodes = { load: 64, spread: 65, canonicalise: 66, store: 67 } as const;
const firstFold = 80;
const firstPair = 96;

function codeOf(fn: TileFunction): number {
  const pair = pairs.indexOf(fn as Pair);
  if (pair >= 0) return firstPair + pair;
  if (fn in stageCodes) return stageCodes[fn as keyof typeof stageCodes];
  const [, fold] = fn.split(" ");
  if (fold !== undefined) return firstFold + foldCodes[fold as keyof typeof foldCodes];
  return mapSignatures[fn as keyof typeof mapSignatures].code;
}

function operandBytes({ read, perRow, mode, place }: TileOperand): Uint8Array {
  const { ref, offset } = read;
  const [extents, strides] = read.extents.length === 0 ? [[1], [0]] : [read.extents, read.strides];
  const operands = [{ ref, offset, strides }];
  const view: Operator = { kind: "View", dtype: "i32", extents, operands, guards: [[]], fill: 0 };
  return concatBytes(encodeOperator(view), u32Bytes(place | (Number(perRow) << 8) | (modes[mode] << 16), 0));
}

/** The record that computes rows `first` to `end` − 1. */
export function encodeTiles(tiles: TileProgram, first: number, end: number): Uint8Array {
  const { operands, outputs, constants, stages, moving, columns, rowsPerTile } = tiles;
  const counts = operands.length | (outputs.length << 8) | (constants.length << 16) | (moving << 24);
  const header = [counts >>> 0, stages.length, first, end, columns, rowsPerTile, slotBytes(tiles)];
  const places = ([a = 0, b = 0, c = 0]: readonly number[]) => (a << 8) | (b << 16) | (c << 24);
  return concatBytes(
    u32Bytes(...header, ...Array.from({ length: headerWords - header.length }, () => 0)),
    ...operands.map(operandBytes),
    u32Bytes(...constants.flatMap(({ word, place }) => [word, place])),
    u32Bytes(...outputs.flatMap(({ place, perRow }) => [place, Number(perRow)])),
    u32Bytes(
      ...stages.flatMap(({ fn, perRow, to, from }) => [codeOf(fn) | (Number(perRow) << 8), (to | places(from)) >>> 0]),
    ),
  );
}
