type Waiting = { holder: string; admit: (release: () => void) => void };

type SlotLimits = {
  /** Slots in total. */
  total: number;
  /** Slots of one holder at most. */
  each: number;
  /** Waiting requests at most; one more is rejected at once. */
  waiting: number;
  /** Waiting requests of one holder at most, because a waiting request may hold something else. */
  waitingEach?: number;
  waitMs: number;
};

/**
 * Bounds work in flight, in total and for each holder. Work without a free slot waits its turn. A
 * holder at its own limit delays no other.
 *
 * By hand, because `p-limit` and `p-queue` have one limit for all and no bound on waiting.
 */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #taken = new Map<string, number>();
  readonly #queue = new Set<Waiting>();
  #free: number;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
    this.#free = limits.total;
  }

  /**
   * Resolves with the function that releases the slot, or with undefined if none is free in time.
   */
  take(holder: string): Promise<(() => void) | undefined> {
    if (this.#hasRoom(holder)) return Promise.resolve(this.#occupy(holder));
    if (!this.#mayWait(holder)) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const waiting: Waiting = {
        holder,
        admit: (release) => {
          clearTimeout(timer);
          resolve(release);
        },
      };
      const timer = setTimeout(() => {
        this.#queue.delete(waiting);
        resolve(undefined);
      }, this.#limits.waitMs);
      this.#queue.add(waiting);
    });
  }

  #hasRoom(holder: string): boolean {
    return this.#free > 0 && (this.#taken.get(holder) ?? 0) < this.#limits.each;
  }

  #mayWait(holder: string): boolean {
    const { waiting, waitingEach = waiting } = this.#limits;
    if (this.#queue.size >= waiting) return false;
    return waitingEach >= waiting || [...this.#queue].filter((each) => each.holder === holder).length < waitingEach;
  }

  #occupy(holder: string): () => void {
    this.#free -= 1;
    this.#taken.set(holder, (this.#taken.get(holder) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (isHeld) this.#release(holder);
      isHeld = false;
    };
  }

  #release(holder: string): void {
    this.#free += 1;
    const left = (this.#taken.get(holder) ?? 1) - 1;
    if (left === 0) this.#taken.delete(holder);
    else this.#taken.set(holder, left);
    for (const waiting of this.#queue) {
      if (this.#free === 0) return;
      if (!this.#hasRoom(waiting.holder)) continue;
      this.#queue.delete(waiting);
      waiting.admit(this.#occupy(waiting.holder));
    }
  }
}
