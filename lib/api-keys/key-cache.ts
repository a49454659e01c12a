import {
  type Answer,
  ASK,
  type CachedKey,
  CHANGED_MAX,
  type Found,
  LOOK_UP,
  NOTHING,
} from "#lib/api-keys/key-questions.ts";
import { LEASE_MS, MARGIN_MS } from "#lib/api-keys/lease.ts";
import { pool } from "#lib/database/client.ts";
import { UnsuitableServerError } from "#lib/database/unavailable.ts";
import { log } from "#lib/log.ts";
import { inTime } from "#lib/unconfirmed-writes/in-time.ts";

/** While requests come, the lease is renewed so often, and no request has to wait for it. */
const RENEWAL_MS = 80;
const IDLE_MS = 1_000;
const ENTRIES_MAX = 10_000;
/** So many questions are under way at most; keys that are asked for meanwhile are collected for the next. */
const QUESTIONS_MAX = 4;
/** One statement looks up so many keys at most. */
const BATCH_MAX = 1_000;
/** So many keys wait for an answer at most, which is what a database that hangs would let a flood have. */
const WAITING_MAX = 10_000;

/** To which a proxy may lead a connection at any time. */
const STANDBY = "The database server is a standby, or recovers.";
const ANOTHER = "The database server is another one than a moment ago, or was started again.";

type Entry = { key: CachedKey; used: boolean };
type Waiting = ReturnType<typeof Promise.withResolvers<CachedKey | null>> & { requests: number };
type Batch = Map<string, Waiting>;
type FoundKeys = Map<string, CachedKey>;

/**
 * The database's keys as they were at its last answer, as far as anybody asked for them.
 *
 * While requests come, it is asked every {@link RENEWAL_MS} which keys were changed since the last answer: what was changed is
 * dropped, and so every entry is at least as new as the answer. It is believed for {@link LEASE_MS} from the moment its question was
 * sent, while the monotonic and the wall clock both say so (the first stops when a machine sleeps). Keys that are missing are looked
 * up with that question or between two of them. What was looked up across an answer is not kept, because it may be older. A cache whose
 * lease ran out is empty, and so is one whose question failed, or was answered in another life of the database than the last.
 */
export class KeyCache {
  readonly #known = new Map<string, Entry>();
  /** The next entry that may have to go; a map's iterator goes on with what is added after it. */
  #hand = this.#known.entries();
  readonly #unknown = new Set<string>();
  #waiting = new Map<string, Waiting>();
  /** Changes by older transactions are in the cache, but for those that were not over yet. */
  #since = NOTHING;
  #open: string[] = [];
  /** Of the last answer, as its clock. */
  #life = "";
  #clockMs = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #sentAtWall = 0;
  /** Questions under way, and whether one of them is for a new lease. */
  #asking = 0;
  #renewing = false;
  #soon = false;
  #renewal: NodeJS.Timeout | undefined;
  #usedAt = 0;

  /** The key with this hash (SHA-256 in hex), null if there is none; at once if that is known. @throws if the database can't say. */
  find(hash: string): CachedKey | null | Promise<CachedKey | null> {
    const now = performance.now();
    this.#usedAt = now;
    if (this.#isValid(now)) {
      const entry = this.#known.get(hash);
      if (entry) {
        entry.used = true;
        return entry.key;
      }
      if (this.#unknown.has(hash)) return null;
    }
    return this.#wait(hash);
  }

  async #wait(hash: string): Promise<CachedKey | null> {
    let waiting = this.#waiting.get(hash);
    if (!waiting) {
      if (this.#waiting.size >= WAITING_MAX)
        throw new Error("timeout exceeded by those who wait for the database already");
      waiting = { ...Promise.withResolvers(), requests: 0 };
      waiting.promise.catch(() => {});
      this.#waiting.set(hash, waiting);
      this.#askSoon();
    }
    waiting.requests += 1;
    try {
      return await inTime(waiting.promise);
    } finally {
      waiting.requests -= 1;
      // Nobody waits for it any more, and the keys that come now must not wait behind it.
      if (waiting.requests === 0 && this.#waiting.get(hash) === waiting) this.#waiting.delete(hash);
    }
  }

  /** To be called when there is reason to doubt that the database is the one that answered last: the next question is for a new lease. */
  forget(): void {
    this.#clear();
    this.#sentAt = Number.NEGATIVE_INFINITY;
  }

  get size(): number {
    return this.#known.size + this.#unknown.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  #isValid(now: number): boolean {
    if (now - this.#sentAt >= LEASE_MS) return false;
    const wall = Date.now() - this.#sentAtWall;
    return wall >= 0 && wall < LEASE_MS;
  }

  /** Collects what the requests of this turn of the event loop ask for. */
  #askSoon(): void {
    if (this.#soon || this.#asking >= QUESTIONS_MAX) return;
    // What is looked up before the cache has a lease is not kept, and would be looked up again.
    if (this.#renewing && !this.#isValid(performance.now())) return;
    this.#soon = true;
    setImmediate(() => void this.#ask());
  }

  async #ask(): Promise<void> {
    this.#soon = false;
    const batch = this.#takeBatch();
    const due = this.#isDue();
    if (!due && batch.size === 0) {
      if (!this.#renewing) this.#plan();
      return;
    }
    this.#asking += 1;
    try {
      const found = await (due ? this.#renew(batch) : this.#lookUp(batch));
      for (const [hash, waiting] of batch) waiting.resolve(found.get(hash) ?? null);
    } catch (error) {
      for (const waiting of batch.values()) waiting.reject(error);
    }
    this.#asking -= 1;
    if (this.#waiting.size > 0) this.#askSoon();
  }

  #isDue(): boolean {
    const now = performance.now();
    return !this.#renewing && (!this.#isValid(now) || now - this.#sentAt >= RENEWAL_MS);
  }

  /** Asks what was changed, and with it for the keys of a batch: both come from one snapshot. */
  async #renew(batch: Batch): Promise<FoundKeys> {
    const sentAt = performance.now();
    const sentAtWall = Date.now();
    // Also a cache that was valid when the last request came may have run out since, and a wall clock that goes back must not revive it.
    if (!this.#isValid(sentAt)) this.forget();
    this.#renewing = true;
    try {
      const values = [this.#since, [...batch.keys()], this.#open];
      const { rows } = await pool().query<Answer>({ name: "ask-for-keys", text: ASK, values });
      const answer = rows[0] as Answer;
      if (answer.recovering) throw new UnsuitableServerError(STANDBY);
      if (!this.#continues(answer)) this.#clear();
      this.#apply(answer);
      this.#sentAt = sentAt;
      this.#sentAtWall = sentAtWall;
      const found = this.#add(answer, batch);
      this.#serveWaiting();
      return found;
    } catch (error) {
      this.forget();
      throw error;
    } finally {
      this.#renewing = false;
      this.#plan(sentAt);
    }
  }

  /** Renews the lease again, unless nobody asks. Counted from the last question, so that a slow answer doesn't make the next one late. */
  #plan(sentAt = this.#sentAt): void {
    clearTimeout(this.#renewal);
    const now = performance.now();
    // Timers may end early.
    const left = Math.max(0, Math.ceil(sentAt + RENEWAL_MS - now) + 1);
    if (now - this.#usedAt < IDLE_MS) this.#renewal = setTimeout(() => this.#askSoon(), left).unref();
  }

  /** The lease may have run out while it was renewed; what was asked for meanwhile is known again. */
  #serveWaiting(): void {
    if (!this.#isValid(performance.now())) return;
    for (const [hash, waiting] of this.#waiting) {
      const entry = this.#known.get(hash);
      if (!entry && !this.#unknown.has(hash)) continue;
      waiting.resolve(entry?.key ?? null);
      this.#waiting.delete(hash);
    }
  }

  /** Newer than the last answer; what is changed after this is named by the next one. */
  async #lookUp(batch: Batch): Promise<FoundKeys> {
    const lastAnswer = this.#sentAt;
    const values = [[...batch.keys()]];
    const { rows } = await pool().query<Found>({ name: "look-up-keys", text: LOOK_UP, values });
    const answer = rows[0] as Found;
    if (answer.recovering || answer.life !== this.#life) {
      this.forget();
      throw new UnsuitableServerError(answer.recovering ? STANDBY : ANOTHER);
    }
    const isCurrent = this.#sentAt === lastAnswer && this.#isValid(performance.now());
    return isCurrent ? this.#add(answer, batch) : keysOf(answer);
  }

  /** Whether an answer's changes are all that were made since the last: by the same server, and as this machine's clocks have it. */
  #continues({ life, next, clockMs }: Answer): boolean {
    // At least what passed between the two readings of the database's clock, unless this machine stood still, and its clocks with it.
    const stoodStillMs = Math.round(clockMs - this.#clockMs - (performance.now() - this.#sentAt));
    if (life === this.#life && stoodStillMs > MARGIN_MS)
      log().warn({ stoodStillMs }, "the clocks of this machine stood still, or the database's was set");
    return life === this.#life && BigInt(next) >= BigInt(this.#since) && stoodStillMs <= MARGIN_MS;
  }

  #takeBatch(): Batch {
    const all = this.#waiting;
    if (all.size <= BATCH_MAX) {
      this.#waiting = new Map();
      return all;
    }
    const entries = [...all];
    this.#waiting = new Map(entries.slice(BATCH_MAX));
    return new Map(entries.slice(0, BATCH_MAX));
  }

  #clear(): void {
    this.#known.clear();
    this.#unknown.clear();
    // Nothing is cached, so no change matters.
    this.#since = NOTHING;
    this.#open = [];
  }

  #apply({ next, open, changedKeys, changedOwners, life, clockMs }: Answer): void {
    if (Math.max(changedKeys.length, changedOwners.length) >= CHANGED_MAX) this.#clear();
    for (const hash of changedKeys) {
      this.#known.delete(hash);
      this.#unknown.delete(hash);
    }
    if (changedOwners.length > 0) {
      const owners = new Set(changedOwners);
      for (const [hash, { key }] of this.#known) if (owners.has(key.userId)) this.#known.delete(hash);
    }
    this.#since = next;
    this.#open = open;
    this.#life = life;
    this.#clockMs = clockMs;
  }

  #add(answer: Found, batch: Batch): FoundKeys {
    const keys = keysOf(answer);
    for (const [hash, key] of keys) {
      this.#known.set(hash, { key, used: false });
      this.#unknown.delete(hash);
    }
    for (const hash of batch.keys()) if (!this.#known.has(hash)) this.#unknown.add(hash);
    this.#trim();
    return keys;
  }

  /**
   * Removes entries that were not used since the hand came by last (SIEVE, Zhang et al., NSDI 2024). Those that stay keep their
   * place: a clock puts them at the end, which has the map rehashed over and over, and misses more.
   */
  #trim(): void {
    while (this.#known.size > ENTRIES_MAX) {
      const { value, done } = this.#hand.next();
      if (done) this.#hand = this.#known.entries();
      else if (value[1].used) value[1].used = false;
      else this.#known.delete(value[0]);
    }
    for (const hash of this.#unknown) {
      if (this.#unknown.size <= ENTRIES_MAX) break;
      this.#unknown.delete(hash);
    }
  }
}

function keysOf({ found }: Found): FoundKeys {
  return new Map(found?.map(({ hash, ...key }) => [hash, key]));
}
