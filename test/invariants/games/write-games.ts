/** Writes build/games.bin, whole games for the Solidity invariants: `node test/invariants/games/write-games.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeAbiParameters, parseAbiParameters, type Hex } from "viem";
import { createPrng, fromHex, toHex } from "../../../common/index.ts";
import { kindCodes } from "../../../engine/index.ts";
import { phases } from "../../../protocol/index.ts";
import { RunWriter, type Run } from "./runs.ts";
import type { Script } from "./script.ts";
import { createCourses, type Course } from "./trainings.ts";

const seed = 20_261_123;
const lyingRuns = 5;
const lyingAttempts = 20;
const gamesOnAClaim = 10;
const gamesOnALyingRun = 2;
const reasons = ["None", "Element", "Record", "Declaration", "Padding"];

/** The structs of test/invariants/model/Book.sol. */
const parameters = {
  pages: parseAbiParameters("bytes[] pages"),
  trainings: parseAbiParameters([
    "Training[] trainings",
    "struct Training { bytes32 programRoot; bytes32 datasetRoot; bytes32 startRoot; uint32 steps; uint32 interval; uint8 grid; uint32 seed; uint8 order; bytes header; bytes32 recordTree; uint32[] runs; }",
  ]),
  run: parseAbiParameters([
    "Run run",
    "struct Run { bool honest; ScriptedClaim[] claims; }",
    "struct ScriptedClaim { bytes32 endRoot; bytes32 segmentRoot; bytes32[] states; uint32[] scripts; ScriptedAnswer[] answers; }",
    "struct ScriptedAnswer { uint16 tensor; uint32 chunk; uint32 calldataPage; }",
  ]),
  script: parseAbiParameters([
    "Script script",
    "struct Script { uint8 outcome; uint8 reason; uint8 kind; ScriptedMove[] moves; }",
    "struct ScriptedMove { uint8 phase; uint32 calldataPage; uint32[] flips; }",
  ]),
};

/** Numbered pages of bytes; equal ones are the same page. Page 0 is written last. */
class Book {
  readonly #pages: Hex[] = ["0x"];
  readonly #numbers = new Map<Hex, number>();

  add(page: Hex): number {
    const number = this.#numbers.get(page) ?? this.#pages.push(page) - 1;
    this.#numbers.set(page, number);
    return number;
  }

  finish(first: Hex): Hex {
    return encodeAbiParameters(parameters.pages, [[first, ...this.#pages.slice(1)]]);
  }
}

const book = new Book();
const counts = { runs: 0, scripts: 0, moves: 0, flips: 0 };

function addScript({ moves, outcome, judgement, operator }: Script, { training }: Course): number {
  counts.scripts += 1;
  counts.moves += moves.length;
  counts.flips += moves.reduce((sum, { flips }) => sum + flips.length, 0);
  const script = {
    outcome: phases.indexOf(outcome),
    reason: reasons.indexOf(judgement.reason),
    kind: kindCodes[training.program.operators[operator]!.kind],
    moves: moves.map(({ phase, calldata, flips }) => ({
      phase: phases.indexOf(phase),
      calldataPage: book.add(calldata),
      flips,
    })),
  };
  return book.add(encodeAbiParameters(parameters.script, [script]));
}

function addRun({ lie, claims }: Run, course: Course): number {
  counts.runs += 1;
  const scripted = claims.map(({ claim: { endRoot, segmentRoot }, states, scripts, answers }) => ({
    endRoot,
    segmentRoot,
    states,
    scripts: scripts.map((script) => addScript(script, course)),
    answers: answers.map(({ calldata, ...place }) => ({ ...place, calldataPage: book.add(calldata) })),
  }));
  return book.add(encodeAbiParameters(parameters.run, [{ honest: lie === null, claims: scripted }]));
}

async function addCourse(course: Course, index: number) {
  const writer = await RunWriter.create(course, createPrng(seed + index));
  const honest = writer.honest(gamesOnAClaim);
  const runs = [honest];
  for (let attempt = 0; attempt < lyingAttempts && runs.length <= lyingRuns; attempt++) {
    const lying = writer.lying(gamesOnALyingRun);
    if (lying !== null) runs.push(lying);
  }
  const { programRoot, datasetRoot, startRoot } = honest.claims[0]!.claim;
  const { order, ...cut } = course.cut;
  const { encoded, tree } = course.commitment;
  const roots = { programRoot, datasetRoot, startRoot, header: toHex(encoded.header), recordTree: toHex(tree.root) };
  return { ...roots, ...cut, order: order === "sequential" ? 1 : 2, runs: runs.map((run) => addRun(run, course)) };
}

const trainings = await Promise.all(createCourses(seed).map(addCourse));
const bytes = fromHex(book.finish(encodeAbiParameters(parameters.trainings, [trainings])));
const folder = join(import.meta.dirname, "..", "..", "..", "build");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "games.bin"), bytes);
console.log(`build/games.bin: seed ${seed}, ${JSON.stringify(counts)}, ${bytes.length} bytes`);
