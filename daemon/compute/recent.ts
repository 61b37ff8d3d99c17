/** The few values that were used last, by key: what is costly to make and large to hold. */
export class Recent<Value> {
  readonly #capacity: number;
  readonly #drop: (value: Value) => void;
  /** ORDER: of use, the last used at the end. */
  readonly #values = new Map<string, Promise<Value>>();

  /** @param drop is told of each value that made room */
  constructor(capacity: number, drop: (value: Value) => void) {
    this.#capacity = capacity;
    this.#drop = drop;
  }

  /** The value of `key`, made if it is not there; what was not used for longest makes room. A failure is not kept. */
  get(key: string, make: () => Promise<Value>): Promise<Value> {
    const kept = this.#values.get(key);
    const value = kept ?? make();
    this.#values.delete(key);
    this.#values.set(key, value);
    if (kept === undefined) value.catch(() => this.#values.delete(key));
    if (this.#values.size > this.#capacity) this.#dropOldest();
    return value;
  }

  #dropOldest(): void {
    const [key, oldest] = this.#values.entries().next().value!;
    this.#values.delete(key);
    oldest.then(this.#drop, () => undefined);
  }
}
