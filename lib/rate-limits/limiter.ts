import { once } from "node:events";
import { Redis, type RedisOptions } from "ioredis";
import { RateLimiterRedis } from "rate-limiter-flexible";
import { parseSentinels } from "#lib/config/addresses.ts";
import { env } from "#lib/config/env.ts";
import { log } from "#lib/log.ts";
import { type Count, LocalWindows, WINDOW_SECONDS } from "#lib/rate-limits/local-windows.ts";

/** The state of an account's window after a request. */
export type RateLimit = {
  exceeded: boolean;
  remaining: number;
  /**
   * Whole seconds until the window ends, rounded up so that a client that waits this long is
   * accepted.
   */
  resetSeconds: number;
};

/** Where requests are counted. `degraded`: Redis is unreachable, and each instance counts alone. */
export type LimiterState = "memory" | "redis" | "degraded";

const COMMAND_TIMEOUT_MS = 250;
/**
 * Redis isn't asked for this long after a failure, so that one that hangs doesn't slow every
 * request down.
 */
const PAUSE_MS = 1_000;
const COMPLAINT_MS = 60_000;

/** The bucket counts without a limit. The tier limits the count, also after a change of tier. */
const BUCKET = { points: Number.MAX_SAFE_INTEGER, duration: WINDOW_SECONDS, keyPrefix: "goodtake:requests" };

/** Leak reports that one network may send an hour. Anyone may send some, so memory of them is bounded. */
const REPORTS_MAX = 60;
const REPORT_BUCKET = { ...BUCKET, duration: 3_600, keyPrefix: "goodtake:leak-reports" };
const REPORTING_NETWORKS_MAX = 100_000;

const retryAfterMs = (attempt: number) => Math.min(50 * 2 ** attempt, 1_000);

const OPTIONS = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: 2_000,
  commandTimeout: COMMAND_TIMEOUT_MS,
  retryStrategy: retryAfterMs,
} satisfies RedisOptions;

const SENTINEL_OPTIONS = {
  // Leaves a former master that still answers, as a replica or cut off from the others.
  failoverDetector: true,
  reconnectOnError: ({ message }) => message.startsWith("READONLY"),
  sentinelCommandTimeout: 1_000,
  sentinelRetryStrategy: retryAfterMs,
} satisfies RedisOptions;

/** Counts requests by account: for all instances in Redis if it is configured, else in memory. */
export class Limiter {
  readonly #local = new LocalWindows();
  readonly #localReports = new LocalWindows(REPORT_BUCKET.duration, REPORTING_NETWORKS_MAX);
  readonly #redis: Redis | undefined;
  readonly #shared: RateLimiterRedis | undefined;
  readonly #sharedReports: RateLimiterRedis | undefined;
  #pausedUntil = 0;
  #complainedAt = 0;

  constructor(redisUrl?: string) {
    if (!redisUrl) return;
    const service = parseSentinels(redisUrl);
    this.#redis = service ? new Redis({ ...OPTIONS, ...SENTINEL_OPTIONS, ...service }) : new Redis(redisUrl, OPTIONS);
    this.#redis.on("error", (error) => this.#complain(error));
    const store = { storeClient: this.#redis, rejectIfRedisNotReady: true };
    this.#shared = new RateLimiterRedis({ ...BUCKET, ...store });
    this.#sharedReports = new RateLimiterRedis({ ...REPORT_BUCKET, ...store });
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
   * Counts one request of an account that may make `limit` a window. Returns no promise if it
   * counts in memory. Never rejects: a lost Redis fails no request.
   */
  consume(accountId: string, limit: number): RateLimit | Promise<RateLimit> {
    if (!this.#shared || Date.now() < this.#pausedUntil) return rateLimit(this.#local.count(accountId), limit);
    return this.#countShared(this.#shared, this.#local, accountId).then((count) => rateLimit(count, limit));
  }

  /** Counts one leak report of a network, as {@link consume} counts requests. */
  async consumeReport(network: string): Promise<RateLimit> {
    const count =
      !this.#sharedReports || Date.now() < this.#pausedUntil
        ? this.#localReports.count(network)
        : await this.#countShared(this.#sharedReports, this.#localReports, network);
    return rateLimit(count, REPORTS_MAX);
  }

  async #countShared(shared: RateLimiterRedis, local: LocalWindows, id: string): Promise<Count> {
    try {
      const { consumedPoints, msBeforeNext } = await shared.consume(id);
      return { requests: consumedPoints, msLeft: msBeforeNext };
    } catch (error) {
      this.#pausedUntil = Date.now() + PAUSE_MS;
      this.#complain(error);
      return local.count(id);
    }
  }

  get state(): LimiterState {
    if (!this.#redis) return "memory";
    return this.#redis.status === "ready" && Date.now() >= this.#pausedUntil ? "redis" : "degraded";
  }

  close(): void {
    this.#redis?.disconnect();
  }

  #complain(error: unknown): void {
    if (Date.now() - this.#complainedAt < COMPLAINT_MS) return;
    this.#complainedAt = Date.now();
    log().warn({ err: error }, "Redis is away: each instance counts requests for itself until it is back");
  }
}

function rateLimit({ requests, msLeft }: Count, limit: number): RateLimit {
  return {
    exceeded: requests > limit,
    remaining: Math.max(0, limit - requests),
    resetSeconds: Math.max(1, Math.ceil(msLeft / 1000)),
  };
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
