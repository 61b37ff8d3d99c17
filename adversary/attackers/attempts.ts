/** What an attacker tried already: a call that reverts leaves no trace on the chain that would keep him from trying again. */
export class Attempts {
  readonly #tried = new Set<string>();

  /** Whether it is the first time. */
  first(what: string): boolean {
    if (this.#tried.has(what)) return false;
    this.#tried.add(what);
    return true;
  }
}
