/**
 * A bounded queue in which groups take turns, so that a group that fills it delays only itself.
 * Written here because `p-limit` has neither a bound nor groups.
 */
export class FairQueue {
  #groups = new Map<string, ((turn: boolean) => void)[]>();
  #size = 0;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Resolves with true when it is the caller's turn, or with false if the queue is full and no
   * other group has more in it.
   */
  wait(group: string): Promise<boolean> {
    const own = this.#groups.get(group) ?? [];
    if (this.#size >= this.#max) {
      const longest = [...this.#groups.values()].reduce((a, b) => (b.length > a.length ? b : a), own);
      if (longest.length <= own.length + 1) return Promise.resolve(false);
      longest.pop()?.(false);
      this.#size -= 1;
    }
    return new Promise((resolve) => {
      own.push(resolve);
      this.#groups.set(group, own);
      this.#size += 1;
    });
  }

  /** Gives the next group its turn; returns false if the queue is empty. */
  next(): boolean {
    const [first] = this.#groups;
    if (!first) return false;
    const [group, waiting] = first;
    this.#groups.delete(group);
    const turn = waiting.shift();
    if (waiting.length > 0) this.#groups.set(group, waiting);
    this.#size -= 1;
    turn?.(true);
    return true;
  }
}
