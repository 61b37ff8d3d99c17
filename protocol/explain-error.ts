import {
  BaseError,
  BlockNotFoundError,
  ContractFunctionRevertedError,
  ContractFunctionZeroDataError,
  decodeErrorResult,
  ExecutionRevertedError,
  HttpRequestError,
  InsufficientFundsError,
  InternalRpcError,
  LimitExceededRpcError,
  ResourceUnavailableRpcError,
  SocketClosedError,
  TimeoutError,
  TransactionReceiptNotFoundError,
  WaitForTransactionReceiptTimeoutError,
  WebSocketRequestError,
  type Abi,
  type Hex,
} from "viem";
import { DefectError, OperatorError, TransientError } from "../common/index.ts";
import { errorAbi } from "./error-abi.ts";
import { errorSentence } from "./error-sentences.ts";

/** `StakeTooSmall` as `stake-too-small`. */
function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, "-").toLowerCase();
}

/** A custom error of our contracts by name and values: code `reverted-<name>`. */
function reverted(name: string, args: readonly unknown[], cause?: unknown): OperatorError {
  const inputs = (errorAbi as Abi).find((item) => item.type === "error" && item.name === name);
  const names = inputs?.type === "error" ? inputs.inputs.map((input, index) => input.name ?? String(index)) : [];
  const facts = Object.fromEntries(args.map((value, index) => [names[index] ?? String(index), value]));
  return new OperatorError(`reverted-${kebab(name)}`, errorSentence(name, facts), facts, { cause });
}

/** Revert data as the error it says; data that no contract of ours returns has the code `reverted`. */
export function explainRevert(data: Hex, cause?: unknown): OperatorError {
  try {
    const { errorName, args } = decodeErrorResult({ abi: errorAbi as Abi, data });
    return reverted(errorName, args ?? [], cause);
  } catch {
    const message = `The contract refused without a reason that is known (${data.slice(0, 74)}).`;
    return new OperatorError("reverted", message, { data }, { cause });
  }
}

/** Revert data, wherever in the chain of causes the node's answer put it. */
function revertData(error: BaseError): Hex | undefined {
  const found = error.walk((cause) => {
    if (cause instanceof ContractFunctionRevertedError) return cause.raw !== undefined;
    return typeof (cause as { data?: unknown }).data === "string";
  });
  if (found === null) return undefined;
  return found instanceof ContractFunctionRevertedError ? found.raw : (found as unknown as { data: Hex }).data;
}

const transientErrors = [
  HttpRequestError,
  TimeoutError,
  SocketClosedError,
  WebSocketRequestError,
  LimitExceededRpcError,
  ResourceUnavailableRpcError,
  WaitForTransactionReceiptTimeoutError,
];

const missing = [BlockNotFoundError, TransactionReceiptNotFoundError];

/** What nodes say of a block that a reorganisation took from them in the middle of a read, or that they do not have yet. */
const missingBlock = /block ?out ?of ?range|header not found|unknown block|block not found|missing trie node/i;

/**
 * What a failed read or write of the chain means, in the family of who must act. Errors of the three families pass.
 * TransientError `rpc-unreachable`, `rpc-failed`, `block-missing`; OperatorError `reverted-…`, `reverted`, `insufficient-funds`,
 * `no-contract`; DefectError `chain-error` for what fits none.
 */
export function explainError(error: unknown): OperatorError | TransientError | DefectError {
  if (error instanceof OperatorError || error instanceof TransientError || error instanceof DefectError) return error;
  if (!(error instanceof BaseError)) {
    const message = error instanceof Error ? error.message : String(error);
    return new DefectError("chain-error", message, {}, { cause: error });
  }
  const data = revertData(error);
  if (data !== undefined && data !== "0x") return explainRevert(data, error);
  const is = (kinds: readonly (abstract new (...args: never[]) => unknown)[]): boolean =>
    error.walk((cause) => kinds.some((kind) => cause instanceof kind)) !== null;
  const reason = { cause: error };
  if (is(transientErrors)) return new TransientError("rpc-unreachable", `The node: ${error.shortMessage}`, {}, reason);
  if (is(missing) || error.walk((cause) => missingBlock.test((cause as Error).message)) !== null) {
    return new TransientError("block-missing", "The node does not have a block, or no longer.", {}, reason);
  }
  if (is([InsufficientFundsError])) {
    return new OperatorError(
      "insufficient-funds",
      "The account has too little of the chain's own coin to pay for gas.",
      {},
      reason,
    );
  }
  if (is([ContractFunctionZeroDataError])) {
    const message =
      "There is no such contract at the deployment's address on this chain: is the deployment file its own?";
    return new OperatorError("no-contract", message, {}, reason);
  }
  if (is([ContractFunctionRevertedError, ExecutionRevertedError])) {
    return new OperatorError("reverted", `The contract refused: ${error.shortMessage}`, {}, reason);
  }
  if (is([InternalRpcError])) return new TransientError("rpc-failed", `The node: ${error.shortMessage}`, {}, reason);
  return new DefectError("chain-error", error.shortMessage, {}, reason);
}

/** The promise's value; its failure explained. */
export async function explained<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw explainError(error);
  }
}
