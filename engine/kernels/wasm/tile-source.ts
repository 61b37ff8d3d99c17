/**
 * Writes the Dot's micro-kernels in AssemblyScript: every sum of a tile is a local variable, so that it stays in a
 * register, and there are too many of them to write each out by hand.
 */

/** Outputs of one call, rows × lanes, and the words of k that one turn of the loop takes. */
export interface TileShape {
  readonly rows: number;
  readonly lanes: number;
  readonly unroll: number;
}

/**
 * Two rows leave an engine of 16 vector registers enough of them for products; four rows use half as many loads, for
 * engines that join pairs of vectors to wider ones or have 32 registers. One row is for what is left over.
 */
export const tileShapes: readonly TileShape[] = [
  { rows: 4, lanes: 16, unroll: 2 },
  { rows: 2, lanes: 16, unroll: 1 },
  { rows: 1, lanes: 16, unroll: 2 },
  { rows: 4, lanes: 8, unroll: 2 },
  { rows: 2, lanes: 8, unroll: 2 },
  { rows: 1, lanes: 8, unroll: 2 },
];

function each<T>(count: number, line: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => line(index));
}

/** One word of k: loads a row of the panel once, and a word of each run for all lanes. ORDER: sum + product. */
function step({ rows, lanes }: TileShape, word: number): string[] {
  const vectors = lanes / 4;
  return [
    ...each(vectors, (v) => `const b${word}${v} = v128.load(panel, ${(word * lanes + v * 4) * 4});`),
    ...each(rows, (r) => r).flatMap((r) => [
      `const x${word}${r} = v128.load32_splat(a${r}, ${word * 4});`,
      ...each(vectors, (v) => `s${r}${v} = f32x4.add(s${r}${v}, f32x4.mul(x${word}${r}, b${word}${v}));`),
    ]),
  ];
}

/** A loop over k to the panel's `end`, `words` of k a turn. */
function loop(shape: TileShape, words: number): string[] {
  return [
    "while (panel < end) {",
    ...each(words, (word) => word).flatMap((word) => step(shape, word)),
    `panel += ${words * shape.lanes * 4};`,
    ...each(shape.rows, (r) => `a${r} += ${words * 4};`),
    "}",
  ];
}

/** The sums go out alone, or added to what lies at `from`. Neighbours are stored together, as wider vectors want it. */
function results({ rows, lanes }: TileShape, add: boolean): string[] {
  return each(rows, (r) => r).flatMap((r) => [
    ...each(lanes / 4, (v) => {
      const sum = add ? `f32x4.add(v128.load(from, ${v * 16}), s${r}${v})` : `s${r}${v}`;
      return `v128.store(to, ${sum}, ${v * 16});`;
    }),
    "to += toStep;",
    ...(add ? ["from += fromStep;"] : []),
  ]);
}

function tile(shape: TileShape): string[] {
  const { rows, lanes, unroll } = shape;
  const bytes = lanes * 4;
  return [
    `export function tile${rows}x${lanes}(k: u32, a0: usize, aStep: usize, panel: usize, from: usize, fromStep: usize, to: usize, toStep: usize): void {`,
    ...each(rows - 1, (r) => `let a${r + 1} = a${r} + aStep;`),
    ...each(rows, (r) => r).flatMap((r) => each(lanes / 4, (v) => `let s${r}${v} = f32x4.splat(0);`)),
    `const last = panel + (<usize>k) * ${bytes};`,
    `let end = panel + (<usize>(k - k % ${unroll})) * ${bytes};`,
    ...loop(shape, unroll),
    ...(unroll > 1 ? ["end = last;", ...loop(shape, 1)] : []),
    "if (from == 0) {",
    ...results(shape, false),
    "} else {",
    ...results(shape, true),
    "}",
    "}",
  ];
}

/**
 * Source of `tile<rows>x<lanes>` for each shape: sums of one block for `rows` runs, `aStep` bytes apart, and one panel.
 * `to` receives the rows, alone or, with `from`, added to the rows there.
 * ORDER: each lane starts at +0 and adds rounded products in ascending k.
 */
export function tileSource(): string {
  return tileShapes.flatMap(tile).join("\n");
}
