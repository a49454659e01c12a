import { type Bucket, type Count, WINDOW_MS } from "#lib/rate-limits/bucket.ts";

type Window = { requests: number; endsAt: number };

/**
 * Counts the requests of each bucket in this process. Removes windows that have ended when others
 * open, without a timer. Above `max` windows it removes the older half early.
 */
export class LocalWindows {
  readonly #windowMs: number;
  readonly #max: number;
  #recent = new Map<string, Window>();
  /** Windows that opened before all those of `#recent`. */
  #older = new Map<string, Window>();
  #recentSince = Number.NEGATIVE_INFINITY;

  constructor(windowMs = WINDOW_MS, max = Number.POSITIVE_INFINITY) {
    this.#windowMs = windowMs;
    this.#max = max;
  }

  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  /** Counts a request in all of its buckets, or in none. */
  count(buckets: Bucket[]): Count {
    // A monotonic clock, in whole milliseconds: neither a changed clock nor fractions that add up
    // can make a window longer.
    const now = Math.trunc(performance.now());
    const counted = buckets.every(({ id, limit }) => (this.#find(id, now)?.requests ?? 0) < limit);
    const windows = buckets.map(({ id }) => {
      let window = this.#find(id, now);
      if (counted) {
        window ??= this.#open(id, now);
        window.requests += 1;
      }
      return { requests: window?.requests ?? 0, msLeft: window ? window.endsAt - now : this.#windowMs };
    });
    return { counted, windows };
  }

  #find(id: string, now: number): Window | undefined {
    const window = this.#recent.get(id) ?? this.#older.get(id);
    return window && window.endsAt > now ? window : undefined;
  }

  #open(id: string, now: number): Window {
    if (now - this.#recentSince >= this.#windowMs || this.#recent.size >= this.#max / 2) {
      // Without a `max`, all older windows have ended: they opened at least a window's length ago.
      this.#older = this.#recent;
      this.#recent = new Map();
      this.#recentSince = now;
    }
    const window = { requests: 0, endsAt: now + this.#windowMs };
    this.#recent.set(id, window);
    return window;
  }
}
