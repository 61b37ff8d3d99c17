import { DefectError, toHex } from "../../../common/index.ts";
import { claimOf, exampleSubject } from "../../../dispute/index.ts";
import { createExecutor, outputWords, stateCommitment, type Engine } from "../../../engine/index.ts";
import { judgementCosts } from "../../../submitter/index.ts";
import { createBoard, type Board, type BoardGame } from "../../contracts/game/board.ts";
import { kindOf } from "./candidates.ts";
import { isPick, type DisputeFigures, type GameFigure } from "./figures.ts";
import type { RunFolder } from "./folder.ts";
import { chooseLies, executeLie, type Lie } from "./lies.ts";
import type { Plan } from "./plan.ts";
import { StoredSegment, traceDisputed, type DisputedStep } from "./stored-segment.ts";
import { trainHonestly, type Told } from "./train.ts";
import type { DisputedTraining } from "./training.ts";

/** How a run goes on and tells of itself. */
export interface MeasureOptions {
  readonly engine: Engine;
  readonly folder: RunFolder;
  /** Seed of the lies. */
  readonly seed: number;
  /** Of what is executed, by the title of it. */
  readonly told?: (title: string) => Told;
  /** Of every game as it ends. */
  readonly played?: (game: GameFigure) => void;
}

function figureOf({ subject }: DisputedStep, lie: Lie, { verdict, gas, costs }: BoardGame): GameFigure {
  const { operator, element, reasons } = lie;
  const culprit = subject.program.operators[operator]!;
  const hex = (word: number) => `0x${word.toString(16).padStart(8, "0")}`;
  const [defender, challenger, judge] = [Number(gas.defender), Number(gas.challenger), Number(gas.judge)];
  return {
    reasons,
    kind: kindOf(culprit),
    operator,
    element,
    words: outputWords(culprit),
    ...("k" in culprit ? { terms: culprit.k } : {}),
    claimed: hex(verdict!.claimed),
    expected: hex(verdict!.expected),
    rounds: costs.filter(isPick).length,
    gas: { defender, challenger, both: defender + challenger, judge, open: costs[0]!.gas },
    estimate: judgementCosts(subject.program)[operator]!.gas,
    costs,
  };
}

/** Plays one game on the contracts, each side from its own trace. @throws DefectError `not-convicted` */
async function playLie(
  board: Board,
  step: DisputedStep,
  honest: StoredSegment,
  liar: StoredSegment,
  lie: Lie,
): Promise<GameFigure> {
  const played = await board.play({ honest, claimOf }, liar);
  const { game, verdict } = played;
  const found = game.phase === "ChallengerWon" && game.firstStep === step.plan.disputed;
  const facts = { lie, phase: game.phase, step: game.firstStep, operator: verdict?.operator };
  if (!found || verdict?.operator !== lie.operator || Number(verdict.element) !== lie.element)
    throw new DefectError("not-convicted", "A lie was not convicted where it is.", facts);
  return figureOf(step, lie, played);
}

/** Trains the segment, and plays a game about a lie in every candidate. Whatever was executed before is taken from the folder. */
export async function measureDispute(
  training: DisputedTraining,
  plan: Plan,
  { engine, folder, seed, told = () => () => {}, played = () => {} }: MeasureOptions,
): Promise<DisputeFigures> {
  const { program, name, parameters } = training;
  const subject = exampleSubject(training, plan.claim);
  const roots = [
    subject.commitment.root,
    subject.datasetCommitment.root,
    stateCommitment(training.start, program).root,
  ];
  folder.claim({ roots: roots.map((root) => toHex(root)), plan, seed });

  const executor = await createExecutor(engine, training);
  const trained = trainHonestly(training, plan, executor, folder, told("training"));
  const start = stateCommitment(folder.state(plan.disputed, program, trained.roots[plan.disputed]!), program);
  const step: DisputedStep = { executor, subject, plan, start };
  const trace = traceDisputed(step);
  const honest = new StoredSegment(step, trained.roots, trace);

  const lies = folder.get<Lie[]>("lies") ?? chooseLies(step, trace, seed);
  folder.put("lies", lies);
  const board = await createBoard();
  const games: GameFigure[] = [];
  for (const lie of lies) {
    const title = `${kindOf(program.operators[lie.operator]!)}, operator ${lie.operator}`;
    const after = executeLie(step, lie, trained.roots, folder, told(title));
    const game = await playLie(board, step, honest, new StoredSegment(step, after, traceDisputed(step, lie)), lie);
    games.push(game);
    played(game);
  }
  await executor.close();
  const { steps, grid } = plan.claim;
  const [startRoot, endRoot] = [trained.roots[0]!, trained.roots[steps]!];
  const msAStep = Math.round(trained.elapsedMs / steps);
  return {
    training: { name, parameters, operators: program.operators.length },
    segment: { steps, grid, disputed: plan.disputed },
    execution: { engine, msAStep, losses: trained.losses, startRoot, endRoot },
    games,
  };
}
