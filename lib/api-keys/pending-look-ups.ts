import type { CachedKey } from "#lib/api-keys/cached-keys.ts";
import { UnavailableError } from "#lib/database/unavailable.ts";
import { inTime } from "#lib/unconfirmed-writes/in-time.ts";

/** One statement looks up at most this many keys. */
const BATCH_MAX = 1_000;
/**
 * At most this many keys wait for an answer, so that a flood can't fill the memory while the
 * database hangs.
 */
const PENDING_MAX = 10_000;

type LookUp = ReturnType<typeof Promise.withResolvers<CachedKey | null>> & { requests: number };
export type Batch = Map<string, LookUp>;

/**
 * Keys that requests wait for, until a query takes them as a batch. Requests for one key share its
 * look-up.
 */
export class PendingLookUps {
  #pending: Batch = new Map();
  readonly #onAdded: () => void;

  constructor(onAdded: () => void) {
    this.#onAdded = onAdded;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** @throws if too many keys wait already, the answer takes too long, or the query fails. */
  async wait(hash: string): Promise<CachedKey | null> {
    const lookUp = this.#pending.get(hash) ?? this.#add(hash);
    lookUp.requests += 1;
    try {
      return await inTime(lookUp.promise);
    } finally {
      lookUp.requests -= 1;
      // The last request for it has given up, and later ones must not wait behind it.
      if (lookUp.requests === 0 && this.#pending.get(hash) === lookUp) this.#pending.delete(hash);
    }
  }

  #add(hash: string): LookUp {
    if (this.#pending.size >= PENDING_MAX) throw new UnavailableError("too many look-ups wait for the database");
    const lookUp = { ...Promise.withResolvers<CachedKey | null>(), requests: 0 };
    lookUp.promise.catch(() => {});
    this.#pending.set(hash, lookUp);
    this.#onAdded();
    return lookUp;
  }

  takeBatch(): Batch {
    const all = this.#pending;
    if (all.size <= BATCH_MAX) {
      this.#pending = new Map();
      return all;
    }
    const entries = [...all];
    this.#pending = new Map(entries.slice(BATCH_MAX));
    return new Map(entries.slice(0, BATCH_MAX));
  }

  /** Answers the look-ups whose key is known by now. */
  resolveKnown(get: (hash: string) => CachedKey | null | undefined): void {
    for (const [hash, lookUp] of this.#pending) {
      const key = get(hash);
      if (key === undefined) continue;
      lookUp.resolve(key);
      this.#pending.delete(hash);
    }
  }
}
