import { CacheLease, renewalDelayMs, type SentAt } from "#lib/api-keys/cache-lease.ts";
import { type CachedKey, CachedKeys, keysOf } from "#lib/api-keys/cached-keys.ts";
import { type CacheQuery, queryChanges, queryKeys } from "#lib/api-keys/key-cache-queries.ts";
import { type Batch, PendingLookUps } from "#lib/api-keys/pending-look-ups.ts";
import { UnsuitableServerError } from "#lib/database/unavailable.ts";

/** The lease is not renewed after this long without a request. */
const IDLE_MS = 1_000;
/**
 * At most this many queries are under way. Keys that are asked for meanwhile wait for the next one.
 */
const QUERIES_IN_FLIGHT_MAX = 4;

/**
 * Caches the keys that requests ask for, as of the database's last answer.
 *
 * While requests come, a query renews the lease every 80 ms and names the keys that were changed
 * since the last answer. They are removed, so that every entry is at least as new as the answer.
 * Missing keys are looked up with that query or between two of them. A look-up that an answer has
 * overtaken is not kept, because it may be older.
 *
 * The cache is emptied when its lease has run out, a renewal fails, or an answer comes from a
 * standby or from another run of the database.
 */
export class KeyCache {
  readonly #query: CacheQuery;
  readonly #keys = new CachedKeys();
  readonly #lease = new CacheLease();
  readonly #pending = new PendingLookUps(() => this.#querySoon());
  #queriesInFlight = 0;
  #renewing = false;
  #queryIsScheduled = false;
  #renewalTimer: NodeJS.Timeout | undefined;
  #usedAt = Number.NEGATIVE_INFINITY;

  constructor(query: CacheQuery) {
    this.#query = query;
  }

  /**
   * Returns the key with this hash (SHA-256 in hex), or null if there is none. A known key is
   * returned without a promise.
   *
   * @throws if the database can't answer.
   */
  find(hash: string): CachedKey | null | Promise<CachedKey | null> {
    const now = performance.now();
    this.#usedAt = now;
    if (this.#lease.isValid(now)) {
      const key = this.#keys.get(hash);
      if (key !== undefined) return key;
    }
    return this.#pending.wait(hash);
  }

  /**
   * Empties the cache. Called when the database may be another one than the one that answered last.
   */
  forget(): void {
    this.#keys.clear();
    this.#lease.end();
  }

  /** Empties the cache and stops renewing its lease, as long as no request comes. */
  close(): void {
    this.forget();
    this.#usedAt = Number.NEGATIVE_INFINITY;
    clearTimeout(this.#renewalTimer);
  }

  get size(): number {
    return this.#keys.size;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Schedules a query for all keys that requests of this turn of the event loop ask for. */
  #querySoon(): void {
    if (this.#queryIsScheduled || this.#queriesInFlight >= QUERIES_IN_FLIGHT_MAX) return;
    // A look-up before the cache has a lease isn't kept, and the key would be looked up again.
    if (this.#renewing && !this.#lease.isValid(performance.now())) return;
    this.#queryIsScheduled = true;
    setImmediate(() => void this.#queryNow());
  }

  async #queryNow(): Promise<void> {
    this.#queryIsScheduled = false;
    const batch = this.#pending.takeBatch();
    const renews = !this.#renewing && this.#lease.isDue(performance.now());
    if (!renews && batch.size === 0) {
      if (!this.#renewing) this.#scheduleRenewal();
      return;
    }
    this.#queriesInFlight += 1;
    try {
      const found = await (renews ? this.#renew(batch) : this.#lookUp(batch));
      for (const [hash, lookUp] of batch) lookUp.resolve(found.get(hash) ?? null);
    } catch (error) {
      if (renews || error instanceof UnsuitableServerError) this.forget();
      for (const lookUp of batch.values()) lookUp.reject(error);
    }
    this.#queriesInFlight -= 1;
    if (this.#pending.size > 0) this.#querySoon();
  }

  async #renew(batch: Batch): Promise<Map<string, CachedKey>> {
    const sentAt: SentAt = { monotonic: performance.now(), wall: Date.now() };
    // The lease may have run out since the last request, and a wall clock that is set back must not
    // revive it.
    if (!this.#lease.isValid(sentAt.monotonic)) this.forget();
    this.#renewing = true;
    try {
      const answer = await queryChanges(this.#query, this.#keys.position, [...batch.keys()]);
      if (!this.#lease.continuesWith(answer)) this.#keys.clear();
      this.#keys.apply(answer);
      this.#lease.begin(sentAt, answer);
      const found = keysOf(answer);
      this.#keys.add(found, batch.keys());
      // The lease may have run out during the query, so that requests wait for keys that are known
      // again.
      if (this.#lease.isValid(performance.now())) this.#pending.resolveKnown((hash) => this.#keys.get(hash));
      return found;
    } finally {
      this.#renewing = false;
      this.#scheduleRenewal(sentAt.monotonic);
    }
  }

  #scheduleRenewal(sentAt = this.#lease.sentAt): void {
    clearTimeout(this.#renewalTimer);
    const now = performance.now();
    if (now - this.#usedAt >= IDLE_MS) return;
    this.#renewalTimer = setTimeout(() => this.#querySoon(), renewalDelayMs(sentAt, now)).unref();
  }

  async #lookUp(batch: Batch): Promise<Map<string, CachedKey>> {
    const { sentAt } = this.#lease;
    const answer = await queryKeys(this.#query, [...batch.keys()]);
    if (!this.#lease.isSameLife(answer.life))
      throw new UnsuitableServerError("The database server is another one than a moment ago, or was started again.");
    const found = keysOf(answer);
    // Newer than the last answer, unless another one came meanwhile. The next one names what
    // changes from now on.
    if (this.#lease.sentAt === sentAt && this.#lease.isValid(performance.now())) this.#keys.add(found, batch.keys());
    return found;
  }
}
