import { explainError } from "../../protocol/index.ts";

export type CheckStatus = "ok" | "warn" | "fail";

/** What a check came to. */
export interface Check {
  readonly name: string;
  readonly status: CheckStatus;
  readonly message: string;
  /** What to do; only where something is to be done. */
  readonly advice?: string;
}

export type Result = Omit<Check, "name">;

export const ok = (message: string): Result => ({ status: "ok", message });
export const warn = (message: string, advice: string): Result => ({ status: "warn", message, advice });
export const fail = (message: string, advice: string): Result => ({ status: "fail", message, advice });

/** Runs a check; what it throws is a failure, told in the error's own sentence. */
export async function check(name: string, look: () => Result | Promise<Result>): Promise<Check> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return { name, status: "fail", message: explainError(error).message };
  }
}
