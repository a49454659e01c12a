/**
 * Windows are fixed: the first request opens one, and the whole limit is available again when it
 * ends.
 */
export const WINDOW_SECONDS = 60;

export type Count = { requests: number; msLeft: number };
type Window = { requests: number; endsAt: number };

/**
 * Counts the requests of each account in this process. Windows that have ended are dropped when
 * others open, without a timer. Of more than `max` windows the older half is dropped early.
 */
export class LocalWindows {
  readonly #windowMs: number;
  readonly #max: number;
  #recent = new Map<string, Window>();
  /** Windows that opened before all those of `#recent`. */
  #older = new Map<string, Window>();
  #recentSince = Number.NEGATIVE_INFINITY;

  constructor(windowSeconds = WINDOW_SECONDS, max = Number.POSITIVE_INFINITY) {
    this.#windowMs = windowSeconds * 1_000;
    this.#max = max;
  }

  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  /** Counts one request of an account. */
  count(accountId: string): Count {
    // A monotonic clock, in whole milliseconds: neither a changed clock nor fractions that add up
    // can make a window longer.
    const now = Math.trunc(performance.now());
    let window = this.#recent.get(accountId) ?? this.#older.get(accountId);
    if (!window || window.endsAt <= now) window = this.#open(accountId, now);
    window.requests += 1;
    return { requests: window.requests, msLeft: window.endsAt - now };
  }

  #open(accountId: string, now: number): Window {
    if (now - this.#recentSince >= this.#windowMs || this.#recent.size >= this.#max / 2) {
      // Without a `max`, all older windows have ended: they opened at least a window's length ago.
      this.#older = this.#recent;
      this.#recent = new Map();
      this.#recentSince = now;
    }
    const window = { requests: 0, endsAt: now + this.#windowMs };
    this.#recent.set(accountId, window);
    return window;
  }
}
