import { parse } from "csv-parse/sync";
import { OperatorError, concatBytes } from "../../../common/index.ts";
import type { Bytes } from "../../../common/index.ts";

/** What is parsed together, unless a line is longer. UNITS: bytes. */
const blockBytes = 2 ** 20;
/** UNITS: bytes; a quote that nobody closes makes one line of the rest of a file. */
const maxLineBytes = 2 ** 26;

const [quote, lineFeed, carriageReturn] = [0x22, 0x0a, 0x0d];

/** Where the last whole line ends, 0 if none does. A line end between quotes is part of a cell. */
function lastLineEnd(block: Uint8Array): number {
  let [quoted, end] = [false, 0];
  for (let i = 0; i < block.length; i++) {
    if (block[i] === quote) quoted = !quoted;
    else if (block[i] === lineFeed && !quoted) end = i + 1;
  }
  return end;
}

/** The text in blocks of whole lines. */
function* blocksOf(text: Bytes, blockSize: number): Generator<Uint8Array, void> {
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < text.length; at += blockSize) {
    block = concatBytes(block, text.subarray(at, at + blockSize));
    const end = lastLineEnd(block);
    if (end > 0) yield block.subarray(0, end);
    block = block.slice(end);
    if (block.length > maxLineBytes)
      throw new OperatorError(
        "csv-malformed",
        `CSV: there is a line of more than ${maxLineBytes} bytes: end its lines, and close its quotes.`,
        { at },
      );
  }
  if (block.length > 0) yield block;
}

/** How the lines of a file end, as its first one does. */
function lineEndOf(block: Uint8Array): string[] {
  const end = block.findIndex((byte) => byte === lineFeed || byte === carriageReturn);
  if (end < 0) return [];
  if (block[end] === lineFeed) return ["\n"];
  return [block[end + 1] === lineFeed ? "\r\n" : "\r"];
}

function parseBlock(block: Uint8Array, linesBefore: number, recordDelimiter: string[]): string[][] {
  const options = { relaxColumnCount: true, skipEmptyLines: true, trim: true };
  try {
    return parse(Buffer.from(block.buffer, block.byteOffset, block.length), {
      ...options,
      bom: linesBefore === 0,
      ...(recordDelimiter.length > 0 && { recordDelimiter }),
    });
  } catch (cause) {
    const told = (cause as Error).message.replace(/\bline (\d+)/g, (_, line) => `line ${Number(line) + linesBefore}`);
    throw new OperatorError("csv-malformed", `CSV: ${told}.`, {}, { cause });
  }
}

/** The rows of a text in UTF-8, which need not lie in memory. @param blockSize for tests. Throws the OperatorError `csv-malformed`. */
export function* rowsOf(text: Bytes, blockSize = blockBytes): Generator<string[], void> {
  let lines = 0;
  let lineEnd: string[] | undefined;
  for (const block of blocksOf(text, blockSize)) {
    lineEnd ??= lineEndOf(block);
    yield* parseBlock(block, lines, lineEnd);
    for (const byte of block) if (byte === lineFeed) lines++;
  }
}
