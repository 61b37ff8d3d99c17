import { Option, type Command } from "commander";
import type { Order } from "../protocol/index.ts";
import type { TermChoices } from "../submitter/index.ts";
import { address, amount, id, integer } from "./options.ts";

/** The terms of a job that a command line may choose. */
export interface TermOptions extends Partial<Omit<TermChoices, "order" | "acceptBy" | "uri">> {
  readonly order?: Order;
  /** UNITS: seconds from now. */
  readonly acceptWithin?: number;
}

/** Terms by the same name as their option. */
const names = [
  "firstStep", "interval", "grid", "seed", "order", "solver", "parent", "floorPrice", "unitPrice", "auction", "valueAtRisk", "draws", "attestors",
  "attestationFee", "verifierStake", "jackpotFee", "stake", "bounty", "gasRate", "gasCap",
  "replayCompensation", "latePenalty", "heartbeat", "window", "clock", "extension",
] as const; // prettier-ignore

/** The options that were given, as they are typed. */
export function givenTerms(options: TermOptions): string[] {
  const given = (["steps", ...names, "acceptWithin"] as const).filter((name) => options[name] !== undefined);
  return given.map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
}

/** The terms that were given. UNITS: `now` in seconds since the epoch. */
export function termChoices(options: TermOptions, uri: string, now: bigint): TermChoices {
  const given = names.filter((name) => options[name] !== undefined).map((name) => [name, options[name]] as const);
  const within = options.acceptWithin;
  const acceptBy = within === undefined ? {} : { acceptBy: now + BigInt(within) };
  return { ...Object.fromEntries(given), ...acceptBy, steps: options.steps ?? 0, uri };
}

/** Adds the options of the terms. @param needsSteps whether the number of steps must be given */
export function withTerms(command: Command, needsSteps = false): Command {
  const seconds = integer(1, 2 ** 32 - 1);
  const steps = new Option("--steps <number>", "training steps of the whole job").argParser(integer(1, 2 ** 32 - 1));
  return command
    .addOption(steps.makeOptionMandatory(needsSteps))
    .option(
      "--first-step <number>",
      "number of the first step (0, or where the parent stopped)",
      integer(0, 2 ** 32 - 1),
    )
    .option("--interval <steps>", "steps of a segment (an eighth of all, at most 4,096)", integer(1, 2 ** 32 - 1))
    .option("--grid <steps>", "steps between states committed in a segment", integer(1, 64))
    .option("--seed <number>", "of the order and of random bits (1)", integer(0, 2 ** 32 - 1))
    .addOption(new Option("--order <order>", "how samples are assigned (shuffled)").choices(["sequential", "shuffled"]))
    .option("--unit-price <amount>", "for a work unit, where the auction ends (1,000,000,000)", amount)
    .option("--floor-price <amount>", "for a work unit, where the auction begins (half of it)", amount)
    .option(
      "--auction <seconds>",
      "in which the price rises; 0 offers the unit price at once (1 hour)",
      integer(0, 2 ** 32 - 1),
    )
    .option("--solver <address>", "who alone may accept (anyone)", address)
    .option(
      "--parent <job>",
      "the job whose last state this one starts from; with no other subject, all the rest is its too",
      id,
    )
    .option("--value-at-risk <amount>", "what a false result is worth to a cheater at most (the price)", amount)
    .option("--draws <number>", "segments drawn for verification (a twentieth, at least 1)", integer(1, 65_535))
    .option("--attestors <number>", "verifiers of a drawn segment, on average (2)", integer(2, 16))
    .option("--attestation-fee <amount>", "for one verifier's attestation", amount)
    .option("--verifier-stake <amount>", "what he loses for a false or missing one", amount)
    .option("--jackpot-fee <amount>", "for who watches the verifiers (0)", amount)
    .option("--stake <amount>", "what the solver locks", amount)
    .option("--bounty <amount>", "of that stake, to who convicts a checkpoint", amount)
    .option("--gas-rate <amount>", "tokens for a unit of gas of a game's winner", amount)
    .option("--gas-cap <gas>", "most gas that is repaid", integer(0, 2 ** 32 - 1))
    .option("--replay-compensation <amount>", "to a defender who wins", amount)
    .option("--late-penalty <amount>", "what a solver loses who does not finish", amount)
    .option("--accept-within <seconds>", "how long the job waits for a solver (1 day)", seconds)
    .option("--heartbeat <seconds>", "that the solver has for each checkpoint (1 day)", seconds)
    .option("--window <seconds>", "for disputes after the last checkpoint (1 day)", seconds)
    .option("--clock <seconds>", "that each side of a game has (1 hour)", seconds)
    .option(
      "--extension <seconds>",
      "that a side has at least for a move, and a solver after an early end (10 minutes)",
      seconds,
    );
}
