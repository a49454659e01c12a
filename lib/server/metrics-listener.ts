import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AggregatorRegistry, type MetricObject, type Registry } from "prom-client";
import { tiers } from "#lib/config/tiers-file.ts";
import { pool } from "#lib/database/client.ts";
import { metrics, observeGauge } from "#lib/metrics.ts";
import { type LimiterState, limiter } from "#lib/rate-limits/limiter.ts";
import { flushLagSeconds } from "#lib/usage/recorder.ts";

const LIMITER_STATES: LimiterState[] = ["memory", "redis", "degraded"];

/** Answers `/metrics` to whoever has the token; returns false for any other path, and where there is no token. */
export function answerMetrics(
  path: string,
  token: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
  /** What another process of this server counts. */
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
    // While a long migration runs there is no pool yet to tell of.
    () => {
      response.writeHead(503, { ...headers, "retry-after": "1" });
      response.end();
    },
  );
  return true;
}

/** Adds up what two processes count alike. What tells them apart by a label stays as it is, also what the library would leave out. */
function merge(all: MetricObject[][]): Registry {
  const kept = all.map((each) =>
    each.map((metric) => (metric.aggregator === "omit" ? { ...metric, aggregator: "first" as const } : metric)),
  );
  return AggregatorRegistry.aggregate(kept);
}

/** Takes the same time for every text that isn't the wanted one. */
function isEqual(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/** What is not counted but read. */
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
