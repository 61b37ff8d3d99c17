/** The few values that were used last, by key: what is costly to make and large to hold. */
export class Recent<Value> {
  readonly #capacity: number;
  /** ORDER: of use, the last used at the end. */
  readonly #values = new Map<string, Promise<Value>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The value of `key`, made if it is not there; what was not used for longest makes room. A failure is not kept. */
  get(key: string, make: () => Promise<Value>): Promise<Value> {
    const kept = this.#values.get(key);
    const value = kept ?? make();
    this.#values.delete(key);
    this.#values.set(key, value);
    if (kept === undefined) value.catch(() => this.#values.delete(key));
    if (this.#values.size > this.#capacity) this.#values.delete(this.#values.keys().next().value!);
    return value;
  }
}
