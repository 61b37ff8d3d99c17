import { OperatorError } from "../common/index.ts";
import {
  approveTokens,
  depositStake,
  payers,
  readAllowance,
  readCredit,
  readStake,
  readTokens,
  withdrawCredit,
  type Spender,
  type Stake,
} from "../protocol/index.ts";
import type { Session } from "./session.ts";
import type { Outcome } from "./transactions.ts";

/** One spending after another: two at once would overwrite each other's allowance, or stake the same need twice. */
const spending = new WeakMap<Session, Promise<unknown>>();

function serially<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const mine = (spending.get(session) ?? Promise.resolve()).then(work);
  spending.set(
    session,
    mine.catch(() => undefined),
  );
  return mine;
}

/**
 * Does what takes `amount` tokens, after approving them to the contract.
 * UNITS: `amount` in the token's smallest.
 * @throws OperatorError `tokens-short` when the account owns less; what `spend` throws
 */
export function spendTokens<T>(
  session: Session,
  spender: Spender,
  amount: bigint,
  spend: () => Promise<T>,
): Promise<T> {
  return serially(session, async () => {
    await approve(session, spender, amount);
    return spend();
  });
}

async function approve({ chain, address, transactions }: Session, spender: Spender, amount: bigint): Promise<void> {
  const owned = await readTokens(chain, address);
  if (owned < amount) {
    const message = `The account ${address} has ${owned} of the token's smallest unit and needs ${amount}: send it tokens.`;
    throw new OperatorError("tokens-short", message, { address, owned, amount });
  }
  if ((await readAllowance(chain, address, spender)) >= amount) return;
  const call = approveTokens(chain.deployment, spender, amount);
  expectMined(await transactions.perform({ key: `approve/${spender}`, call, repeatable: true }), `approve/${spender}`);
}

/**
 * Does what locks so much of the account's free stake, after depositing what is missing; nothing else takes it meanwhile.
 * @throws OperatorError `tokens-short`; what `lock` throws
 */
export function lockStake<T>(session: Session, amount: bigint, lock: () => Promise<T>): Promise<T> {
  return serially(session, async () => {
    await deposit(session, amount, (stake) => stake.free);
    return lock();
  });
}

/** Makes sure that so much is staked and does not unbond, depositing what is missing. @throws OperatorError `tokens-short` */
export function ensureBondedStake(session: Session, amount: bigint): Promise<void> {
  return serially(session, () => deposit(session, amount, (stake) => stake.staked - stake.unbonding));
}

async function deposit(session: Session, amount: bigint, held: (stake: Stake) => bigint): Promise<void> {
  const { chain, address, transactions, log } = session;
  const missing = amount - held(await readStake(chain, address));
  if (missing <= 0n) return;
  await approve(session, "staking", missing);
  const call = depositStake(chain.deployment, missing);
  expectMined(await transactions.perform({ key: "deposit", call, repeatable: true }), "deposit");
  log.info({ event: "staked", amount: missing.toString() }, `Staked ${missing}`);
}

/** Takes what the contracts owe the account, to its payout address if it has one. */
export async function withdrawCredits(session: Session): Promise<void> {
  const { chain, address, payout, transactions, log } = session;
  for (const contract of payers) {
    const owed = await readCredit(chain, contract, address);
    if (owed === 0n) continue;
    const call = withdrawCredit(chain.deployment, contract, payout);
    const outcome = await transactions.perform({
      key: payout === undefined ? `withdraw/${contract}` : `withdraw/${contract}/${payout}`,
      call,
      repeatable: true,
    });
    if (outcome.kind === "mined")
      log.info(
        { event: "withdrawn", contract, amount: owed.toString(), recipient: payout ?? address },
        `Withdrew ${owed} from ${contract}`,
      );
  }
}

/** @throws OperatorError the refusal; `not-mined` for what was sent and did not take effect */
export function expectMined(outcome: Outcome, key: string): void {
  if (outcome.kind === "mined") return;
  if (outcome.kind === "refused") throw outcome.refusal;
  throw new OperatorError("not-mined", `${key} was sent but ${outcome.kind}: see the chain.`, { key });
}
