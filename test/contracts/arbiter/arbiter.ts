import { expect } from "chai";
import { BaseError, ContractFunctionRevertedError, type Hex } from "viem";
import { arbiterAbi } from "../../../protocol/index.ts";
import type { Question } from "./court.ts";
import { createChain } from "./harness.ts";

const verdicts = ["None", "DefenderWrong", "ChallengerWrong"] as const;
const reasons = ["None", "Element", "Record", "Declaration", "Padding"] as const;

export interface Answer {
  readonly verdict: (typeof verdicts)[number];
  readonly reason: (typeof reasons)[number];
  readonly claimed: number;
  readonly expected: number;
}

/** A deployed arbiter. */
export async function deployArbiter() {
  const { viem, client } = await createChain();
  const { address } = await viem.deployContract("Arbiter");
  const call = { address, abi: arbiterAbi, functionName: "judge" } as const;

  const judge = async ({ step, claimed, evidence }: Question): Promise<Answer> => {
    const answer = await client.readContract({ ...call, args: [step, claimed, evidence] });
    const [verdict, reason, claimedWord, expected] = answer;
    return { verdict: verdicts[verdict]!, reason: reasons[reason]!, claimed: claimedWord, expected };
  };

  /** The evidence must revert with this error and these values. */
  const refuses = async (question: Question, error: string, values: readonly (bigint | Hex)[]): Promise<void> => {
    let answer: Answer | undefined;
    try {
      answer = await judge(question);
    } catch (cause) {
      const revert = cause instanceof BaseError ? cause.walk((e) => e instanceof ContractFunctionRevertedError) : null;
      if (!(revert instanceof ContractFunctionRevertedError)) throw cause;
      expect([revert.data?.errorName, revert.data?.args]).to.deep.equal([error, values]);
      return;
    }
    expect.fail(`${error} was expected, the arbiter answered ${JSON.stringify(answer)}`);
  };

  return { client, address, judge, refuses };
}

export type Arbiter = Awaited<ReturnType<typeof deployArbiter>>;
