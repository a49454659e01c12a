import { once } from "node:events";
import { Redis, type RedisOptions } from "ioredis";
import { parseSentinels } from "#lib/config/addresses.ts";
import { env } from "#lib/config/env.ts";
import { log } from "#lib/log.ts";
import { type Bucket, type Count, WINDOW_MS } from "#lib/rate-limits/bucket.ts";
import { LocalWindows } from "#lib/rate-limits/local-windows.ts";
import { countShared, SCRIPTS, type SharedWindows } from "#lib/rate-limits/shared-windows.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";

/** The state of a request's buckets after the request. */
export type RateLimit = {
  exceeded: boolean;
  /**
   * Whole seconds until every full window has ended, rounded up so that a client that waits this
   * long is accepted. 0 unless exceeded.
   */
  retryAfterSeconds: number;
  /** In the order of the buckets. */
  windows: { policy: string; limit: number; remaining: number; resetSeconds: number }[];
};

/** Where requests are counted: in Redis under a prefix, or in memory. */
type Windows = SharedWindows & { local: LocalWindows };

/** Where requests are counted. `degraded`: Redis is unreachable, and each instance counts alone. */
export type LimiterState = "memory" | "redis" | "degraded";

const COMMAND_TIMEOUT_MS = 250;
/**
 * Redis isn't asked for this long after a failure, so that one that hangs doesn't slow every
 * request down.
 */
const PAUSE_MS = 1_000;
const COMPLAINT_MS = 60_000;

/**
 * Leak reports that one network may send an hour. Anyone can send reports, so the memory for them
 * is bounded.
 */
const REPORTS_MAX = 60;
const REPORTING_NETWORKS_MAX = 100_000;

const retryAfterMs = (attempt: number) => Math.min(50 * 2 ** attempt, 1_000);

const OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  commandTimeout: COMMAND_TIMEOUT_MS,
  retryStrategy: retryAfterMs,
  scripts: SCRIPTS,
} satisfies RedisOptions;

const SENTINEL_OPTIONS = {
  // Leaves a former master that still answers, as a replica or cut off from the others.
  failoverDetector: true,
  reconnectOnError: ({ message }) => message.startsWith("READONLY"),
  sentinelCommandTimeout: 1_000,
  sentinelRetryStrategy: retryAfterMs,
} satisfies RedisOptions;

/**
 * Counts requests by account and by key, in Redis for all instances if it is configured, else in
 * memory.
 */
export class Limiter {
  readonly #requests: Windows = { prefix: "goodtake:requests", windowMs: WINDOW_MS, local: new LocalWindows() };
  readonly #reports: Windows = {
    prefix: "goodtake:leak-reports",
    windowMs: HOUR_MS,
    local: new LocalWindows(HOUR_MS, REPORTING_NETWORKS_MAX),
  };
  readonly #redis: Redis | undefined;
  #pausedUntil = 0;
  #complainedAt = 0;
  #isClosed = false;

  constructor(redisUrl?: string) {
    if (!redisUrl) return;
    const service = parseSentinels(redisUrl);
    this.#redis = service ? new Redis({ ...OPTIONS, ...SENTINEL_OPTIONS, ...service }) : new Redis(redisUrl, OPTIONS);
    this.#redis.on("error", (error) => this.#complain(error));
    this.#redis.on("end", () => this.#reconnect());
  }

  /**
   * Waits for the first connection, so that a fresh instance counts no request alone. Returns
   * without one if Redis is unreachable.
   */
  async connect(): Promise<void> {
    if (!this.#redis) return;
    // Doesn't wait for a second try: without a Sentinel ioredis retries forever.
    await Promise.race([this.#redis.connect(), once(this.#redis, "ready")]).catch(() => {});
  }

  /**
   * Counts a request of an account in all of its buckets, or in none if one has no room. Returns no
   * promise if it counts in memory. Never rejects: an unreachable Redis fails no request.
   */
  consume(accountId: string, buckets: Bucket[]): RateLimit | Promise<RateLimit> {
    return this.#count(this.#requests, accountId, buckets);
  }

  /** Counts a leak report of a network, as {@link consume} counts requests. */
  consumeReport(network: string): RateLimit | Promise<RateLimit> {
    return this.#count(this.#reports, network, [{ id: network, limit: REPORTS_MAX, policy: "reports" }]);
  }

  #count(windows: Windows, ownerId: string, buckets: Bucket[]): RateLimit | Promise<RateLimit> {
    if (!this.#redis || Date.now() < this.#pausedUntil) return rateLimit(buckets, windows.local.count(buckets));
    return this.#countShared(this.#redis, windows, ownerId, buckets).then((count) => rateLimit(buckets, count));
  }

  async #countShared(redis: Redis, windows: Windows, ownerId: string, buckets: Bucket[]): Promise<Count> {
    try {
      return await countShared(redis, windows, ownerId, buckets);
    } catch (error) {
      this.#pausedUntil = Date.now() + PAUSE_MS;
      this.#complain(error);
      return windows.local.count(buckets);
    }
  }

  get state(): LimiterState {
    if (!this.#redis) return "memory";
    return this.#redis.status === "ready" && Date.now() >= this.#pausedUntil ? "redis" : "degraded";
  }

  close(): void {
    this.#isClosed = true;
    this.#redis?.disconnect();
  }

  /**
   * Connects again after ioredis has given up, which it does if a Sentinel tells of a failover while
   * another one is being asked for the master.
   */
  #reconnect(): void {
    setTimeout(() => {
      if (!this.#isClosed) this.#redis?.connect().catch(() => {});
    }, PAUSE_MS).unref();
  }

  #complain(error: unknown): void {
    if (Date.now() - this.#complainedAt < COMPLAINT_MS) return;
    this.#complainedAt = Date.now();
    log().warn({ err: error }, "Redis is away: each instance counts requests for itself until it is back");
  }
}

function rateLimit(buckets: Bucket[], { counted, windows }: Count): RateLimit {
  let retryAfterSeconds = 0;
  const states = buckets.map(({ policy, limit }, i) => {
    const { requests = 0, msLeft = 0 } = windows[i] ?? {};
    const resetSeconds = Math.max(1, Math.ceil(msLeft / 1000));
    if (!counted && requests >= limit) retryAfterSeconds = Math.max(retryAfterSeconds, resetSeconds);
    return { policy, limit, remaining: Math.max(0, limit - requests), resetSeconds };
  });
  return { exceeded: !counted, retryAfterSeconds, windows: states };
}

let shared: Limiter | undefined;

/**
 * Returns the limiter of this process. A dashboard limits no API requests and doesn't use Redis.
 */
export function limiter(): Limiter {
  shared ??= new Limiter(env().ROLE === "dashboard" ? undefined : env().REDIS_URL);
  return shared;
}

/** Closes the connection to Redis, if there is one. */
export function closeLimiter(): void {
  shared?.close();
  shared = undefined;
}
