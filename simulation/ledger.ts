import type { VerifierStrategy, WatcherStrategy } from "./mechanism.ts";

/** Whose money a job moves. What is burned is nobody's. */
export type Account = "submitter" | "solver" | "pool" | "burned" | VerifierAccount | WatcherStrategy;
export type VerifierAccount = `${VerifierStrategy}Verifier`;

/** Who paid whom in jobs, and how often something happened. */
export class Ledger {
  readonly #balances = new Map<Account, number>();
  readonly #counts = new Map<string, number>();

  pay(from: Account, to: Account, amount: number): void {
    this.#balances.set(from, this.balance(from) - amount);
    this.#balances.set(to, this.balance(to) + amount);
  }

  balance(account: Account): number {
    return this.#balances.get(account) ?? 0;
  }

  /** INVARIANT: a job makes no money and loses none: 0 but for rounding. */
  sum(): number {
    return [...this.#balances.values()].reduce((sum, each) => sum + each, 0);
  }

  note(event: string, times = 1): void {
    this.#counts.set(event, this.count(event) + times);
  }

  count(event: string): number {
    return this.#counts.get(event) ?? 0;
  }
}
