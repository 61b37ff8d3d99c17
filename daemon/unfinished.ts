/** Refreshes for which a finished one is still read: a reorganised chain may open it again. */
const refreshesKept = 16;

export interface UnfinishedOptions<View> {
  /** How many there are; their ids are 1 … count. */
  readonly count: () => Promise<bigint>;
  readonly read: (id: bigint) => Promise<View>;
  readonly finished: (view: View) => boolean;
}

/** The jobs or games that are not finished, read again block by block; the finished ones among them drop out after a while. */
export class Unfinished<View> {
  readonly #options: UnfinishedOptions<View>;
  /** Refreshes since each id was seen finished; 0 while it is not. */
  readonly #ages = new Map<bigint, number>();
  #last = 0n;

  constructor(options: UnfinishedOptions<View>) {
    this.#options = options;
  }

  /** Everything that is unfinished or finished lately; at first, everything there ever was. */
  async refresh(): Promise<View[]> {
    const { count, read, finished } = this.#options;
    const known = await count();
    // A reorganised chain may have fewer.
    for (const id of this.#ages.keys()) if (id > known) this.#ages.delete(id);
    for (let id = least(this.#last, known) + 1n; id <= known; id++) this.#ages.set(id, 0);
    this.#last = known;
    const ids = [...this.#ages.keys()];
    const views = await Promise.all(ids.map((id) => read(id)));
    views.forEach((view, index) => this.#age(ids[index]!, finished(view)));
    return views;
  }

  #age(id: bigint, finished: boolean): void {
    const age = finished ? (this.#ages.get(id) ?? 0) + 1 : 0;
    if (age > refreshesKept) this.#ages.delete(id);
    else this.#ages.set(id, age);
  }
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
