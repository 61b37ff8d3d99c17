import { Command } from "commander";
import { formatEther } from "viem";
import { OperatorError, TransientError } from "../common/index.ts";
import { floatOf, type Operator, type Program, type Ref } from "../engine/index.ts";
import {
  ArtifactStore,
  gameRecord,
  readTerms,
  reasons,
  verdicts,
  type Chain,
  type GameEvent,
  type GameRecord,
  type Manifest,
  type Reason,
  type Terms,
  type Verdict,
} from "../protocol/index.ts";
import { obtainJobManifest, obtainProgram } from "../submitter/index.ts";
import { print, table, type Io } from "./io.ts";
import { id, openChain, storeOption, withChain, withJson, type ChainOptions } from "./options.ts";

interface Options extends ChainOptions {
  readonly cache: string;
  readonly json?: boolean;
}

/** One event of a game as a line of its record. */
interface Entry {
  readonly event: string;
  readonly by: "defender" | "challenger" | "contract";
  readonly what: string;
  readonly gas: bigint;
  readonly transaction: string;
}

const challengerEvents = new Set(["GameOpened", "StepPicked", "SidePicked", "NodePicked", "Judged"]);
const defenderEvents = new Set(["StepsRevealed", "TraceRevealed", "NodesRevealed", "TensorOpened", "ChunkRevealed"]);

/** What an event says, in words. */
function words(event: GameEvent): string {
  switch (event.eventName) {
    case "GameOpened":
      return `disputes checkpoint ${event.args.checkpoint} with a bond of ${formatEther(event.args.bond)}: claimed ${short(event.args.endRoot)}, replayed ${short(event.args.proposedRoot)}`;
    case "StepsRevealed":
      return `reveals ${event.args.roots.length} states`;
    case "StepPicked":
      return `points at state ${event.args.index}: ${short(event.args.before)} is agreed, ${short(event.args.at)} is not`;
    case "TraceRevealed":
      return `commits to the step's trace ${short(event.args.left)}`;
    case "SidePicked":
      return event.args.right
        ? "points at the operators that produce the state"
        : "points at the operators before the state";
    case "NodesRevealed":
      return `reveals ${event.args.nodes.length} nodes`;
    case "NodePicked":
      return `points at node ${event.args.index}, ${short(event.args.node)}`;
    case "TensorOpened":
      return `opens a tensor of ${event.args.words} ${event.args.dtype === 1 ? "f32" : "i32"} words, ${event.args.nodes.length} nodes`;
    case "ChunkRevealed":
      return "reveals the chunk in dispute";
    case "Judged":
      return `has element ${event.args.element} of operator ${event.args.operator} judged`;
    case "TimedOut":
      return `time is over for the ${event.args.loser === 1 ? "defender" : "challenger"}`;
    case "GameEnded":
      return `the game ends; the winner is paid ${formatEther(event.args.paid)}`;
    case "Burned":
      return `${formatEther(event.args.amount)} are burned`;
    default:
      return event.eventName;
  }
}

function short(root: string): string {
  return `${root.slice(0, 10)}…`;
}

async function entries(chain: Chain, { events }: GameRecord): Promise<Entry[]> {
  return Promise.all(
    events.map(async (event) => {
      const hash = event.transactionHash;
      const { gasUsed } = await chain.client.getTransactionReceipt({ hash });
      const { eventName } = event;
      const by = challengerEvents.has(eventName)
        ? "challenger"
        : defenderEvents.has(eventName)
          ? "defender"
          : "contract";
      return { event: eventName, by, what: words(event), gas: by === "contract" ? 0n : gasUsed, transaction: hash };
    }),
  );
}

/** What names the culprit; a game can be read without it. */
interface Names {
  readonly program: Program;
  readonly states: Manifest["states"];
}

async function namesOf(terms: Terms, store: ArtifactStore, io: Io): Promise<Names | undefined> {
  const source = { base: terms.uri, store, timeoutMs: 5_000, signal: io.signal };
  try {
    const program = await obtainProgram(source, terms.programRoot);
    const { states } = await obtainJobManifest(source, terms);
    return { program, states };
  } catch (error) {
    if (!(error instanceof TransientError || error instanceof OperatorError)) throw error;
    io.stderr.write(`pinpoint: the culprit has no name, since the bundle is away: ${error.message}\n`);
    return undefined;
  }
}

interface Culprit {
  readonly step: number;
  readonly operator: number;
  readonly kind: string | undefined;
  /** The operator in words: kind, output, what it reads. */
  readonly description: string | undefined;
  readonly element: bigint;
  /** Coordinates of the element; undefined where the program is unknown or the element is past its end. */
  readonly at: readonly number[] | undefined;
  readonly verdict: Verdict;
  readonly reason: Reason;
  readonly claimed: string;
  readonly expected: string;
  /** As numbers of the output's dtype. */
  readonly claimedValue: number;
  readonly expectedValue: number;
}

/** Coordinates of a flat index, row-major; undefined past the end. */
function coordinates(element: bigint, extents: readonly number[]): number[] | undefined {
  let rest = Number(element);
  const at = extents.toReversed().map((extent) => {
    const coordinate = rest % extent;
    rest = Math.floor(rest / extent);
    return coordinate;
  });
  return rest === 0 ? at.toReversed() : undefined;
}

function culpritOf({ view, events }: GameRecord, names: Names | undefined): Culprit | undefined {
  const judged = events.find((event) => event.eventName === "Judged");
  if (judged === undefined) return undefined;
  const { operator, element, claimed, expected } = judged.args;
  const op = names?.program.operators[operator];
  const bits = (word: number): string => `0x${word.toString(16).padStart(8, "0")}`;
  const value = (word: number): number => (view.game.dtype === 2 ? word | 0 : floatOf(word));
  return {
    step: view.game.firstStep,
    operator,
    kind: op?.kind,
    description: names && operatorWords(names, operator),
    element,
    at: op && coordinates(element, op.extents),
    verdict: verdicts[judged.args.verdict] ?? "None",
    reason: reasons[judged.args.reason] ?? "None",
    claimed: bits(claimed),
    expected: bits(expected),
    claimedValue: value(claimed),
    expectedValue: value(expected),
  };
}

/** A tensor that an operator reads; a state by its name in the model. */
function refWords({ space, index }: Ref, { states }: Names): string {
  const name = space === "state" ? states[index]?.name : undefined;
  return name === undefined ? `${space} ${index}` : `state ${index} "${name}"`;
}

/** An operator in words: kind, output shape, what it reads, and what it produces if that is a state. */
function operatorWords(names: Names, j: number): string | undefined {
  const operator: Operator | undefined = names.program.operators[j];
  if (operator === undefined) return undefined;
  const { kind, dtype, extents, operands } = operator;
  const reads = operands.map(({ ref }) => refWords(ref, names)).join(", ");
  const state = j - (names.program.operators.length - names.program.states.length);
  const makes = state < 0 ? "" : `; it makes the next ${refWords({ space: "state", index: state }, names)}`;
  return `${kind} ${dtype} [${extents.join(" × ")}]${reads === "" ? "" : ` of ${reads}`}${makes}`;
}

async function run(gameId: bigint, options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  const record = await gameRecord(chain, gameId);
  const { view } = record;
  const terms = await readTerms(chain, view.jobId);
  const names = await namesOf(terms, new ArtifactStore(options.cache), io);
  const moves = await entries(chain, record);
  const culprit = culpritOf(record, names);
  const gas = (side: string): bigint => moves.reduce((sum, { by, gas: used }) => (by === side ? sum + used : sum), 0n);
  const { jobId, checkpoint, challenger, defender, game } = view;
  // A reveal with the pick or judgement that answers it.
  const rounds = moves.filter(({ by, event }) => by === "challenger" && event !== "GameOpened").length;
  const total = { defender: gas("defender"), challenger: gas("challenger") };
  const result = {
    game: gameId,
    job: jobId,
    checkpoint,
    challenger,
    defender,
    phase: game.phase,
    rounds,
    moves,
    culprit,
    gas: total,
  };
  print(io, options.json, result, () => [
    `Game ${gameId}: job ${jobId}, checkpoint ${checkpoint}`,
    ...table([
      ["defender", `${defender} (the solver)`],
      ["challenger", challenger],
      ["state", `${game.phase} after ${game.moves} moves in ${rounds} rounds`],
      ["gas", `defender ${total.defender}, challenger ${total.challenger}, both ${total.defender + total.challenger}`],
    ]),
    "",
    ...moves.map(
      ({ by, what, gas: used }, i) =>
        `${String(i + 1).padStart(3)}  ${by.padEnd(10)}  ${what}${used > 0n ? `  (gas ${used})` : ""}`,
    ),
    ...(culprit === undefined ? [] : ["", ...culpritLines(culprit)]),
  ]);
}

/** Why the loser was wrong. */
function sentence({ verdict, reason }: Culprit): string {
  if (verdict === "ChallengerWrong") return "The arbiter reached the claimed word too: the challenger was wrong.";
  if (reason === "Record") return "The operator's record is invalid: the defender claimed what no program can compute.";
  if (reason === "Declaration") return "The defender opened a tensor of other words or dtype than the operator's.";
  if (reason === "Padding") return "The word past the tensor's end is not zero: the defender was wrong.";
  return "The arbiter reached another word: the defender was wrong.";
}

function culpritLines(culprit: Culprit): string[] {
  const { step, operator, description, element, at, reason, claimed, expected } = culprit;
  const words = [
    ["claimed", `${claimed} (${culprit.claimedValue})`],
    ["judged", `${expected} (${culprit.expectedValue})`],
  ] as const;
  return [
    ...table([
      ["step", step],
      ["operator", description === undefined ? operator : `${operator}, ${description}`],
      ["element", at === undefined ? element : `${element}, at [${at.join(", ")}]`],
      // For the other reasons no word is recomputed.
      ...(reason === "Element" || reason === "Padding" ? words : []),
    ]),
    sentence(culprit),
  ];
}

/** `pinpoint dispute`: the record of a game. */
export function disputeCommand(io: Io): Command {
  return withJson(
    withChain(
      new Command("dispute")
        .description("print a game as a readable record: who moved what, the culprit, the gas")
        .argument("<game>", "number of the game", id),
    ).addOption(storeOption("--cache <folder>", "where fetched artifacts are kept", "PINPOINT_ARTIFACTS")),
  )
    .addHelpText("after", "\nExamples:\n  pinpoint dispute 1\n  pinpoint dispute 1 --json")
    .action((gameId: bigint, options: Options) => run(gameId, options, io));
}
