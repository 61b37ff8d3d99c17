import { BaseError } from "viem";
import { OperatorError } from "../common/index.ts";
import { explainError } from "../protocol/index.ts";

/** The refusal of a contract in the failure of a simulated call; undefined when something else failed. */
export function refusalIn(error: unknown): OperatorError | undefined {
  const explained = explainError(error);
  return explained instanceof OperatorError && explained.code.startsWith("reverted") ? explained : undefined;
}

/** The node's answer to a transaction that it has already, or whose nonce is used. */
export function isKnownTransaction(error: unknown): boolean {
  return /already known|already imported|known transaction|nonce too low|nonce.*lower than/i.test(messagesOf(error));
}

/** The node's answer to a replacement that pays too little more. */
export function isUnderpriced(error: unknown): boolean {
  return /underpriced|fee too low/i.test(messagesOf(error));
}

function messagesOf(error: unknown): string {
  if (!(error instanceof BaseError)) return error instanceof Error ? error.message : String(error);
  return `${error.shortMessage} ${error.details}`;
}
