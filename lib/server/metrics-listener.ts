import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AggregatorRegistry, type MetricObject, type Registry } from "prom-client";
import { tiers } from "#lib/config/tiers-file.ts";
import { pool } from "#lib/database/client.ts";
import { metrics, observeGauge } from "#lib/metrics.ts";
import { type LimiterState, limiter } from "#lib/rate-limits/limiter.ts";
import { flushLagSeconds } from "#lib/usage/recorder.ts";

const LIMITER_STATES: LimiterState[] = ["memory", "redis", "degraded"];

/**
 * Answers `/metrics` to requests with the token. Returns false for any other path, and if no token
 * is set.
 */
export function answerMetrics(
  path: string,
  token: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  /** Metrics of other processes of this server. */
  others: () => Promise<MetricObject[]> = async () => [],
): boolean {
  if (path !== "/metrics" || !token) return false;
  const headers = { "cache-control": "no-store", "x-content-type-options": "nosniff" };
  if (!isEqual(request.headers.authorization ?? "", `Bearer ${token}`)) {
    response.writeHead(401, {
      ...headers,
      "content-type": "text/plain; charset=utf-8",
      "www-authenticate": 'Bearer realm="GoodTake metrics"',
    });
    response.end("Unauthorized\n");
    return true;
  }
  observeProcess();
  const { registry } = metrics();
  Promise.all([registry.getMetricsAsJSON(), others()]).then(
    async (all) => {
      const text = await merge(all).metrics();
      response.writeHead(200, { ...headers, "content-type": registry.contentType });
      response.end(text);
    },
    // There is no pool yet while a migration runs.
    () => {
      response.writeHead(503, { ...headers, "retry-after": "1" });
      response.end();
    },
  );
  return true;
}

/**
 * Adds up the metrics of all processes. Keeps those that a label tells apart, which the library
 * would partly omit.
 */
function merge(all: MetricObject[][]): Registry {
  const kept = all.map((each) =>
    each.map((metric) => (metric.aggregator === "omit" ? { ...metric, aggregator: "first" as const } : metric)),
  );
  return AggregatorRegistry.aggregate(kept);
}

/** Compares in a time that doesn't depend on the content. */
function isEqual(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** Registers the metrics that are read, not counted. */
function observeProcess(): void {
  observeGauge("goodtake_database_pool_connections", "Connections and requests that wait for one.", "state", () => {
    const { totalCount, idleCount, waitingCount } = pool();
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  });
  observeGauge("goodtake_limiter_state", "1 for where requests are counted; degraded: Redis is away.", "state", () => {
    const { state } = limiter();
    return Object.fromEntries(LIMITER_STATES.map((each) => [each, each === state ? 1 : 0]));
  });
  observeGauge(
    "goodtake_usage_flush_lag_seconds",
    "Age of the oldest usage that is not written yet.",
    "buffer",
    () => ({
      usage: flushLagSeconds(),
    }),
  );
  observeGauge("goodtake_tier_requests_per_minute", "What each tier allows; +Inf is no limit.", "tier", () =>
    Object.fromEntries(
      Object.entries(tiers()).map(([name, tier]) => [name, tier.requestsPerMinute ?? Number.POSITIVE_INFINITY]),
    ),
  );
}
