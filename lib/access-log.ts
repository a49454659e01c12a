import { log } from "#lib/log.ts";
import { metrics } from "#lib/metrics.ts";

type AnsweredRequest = {
  requestId: string;
  method: string;
  /** One of our own routes, or one word for all others: never the client's text. */
  route: string;
  status: number;
  durationMs: number;
  apiKeyId?: string;
};

/**
 * Counts a request, and logs it if it failed or the level is `debug`. Never logs a key, a query or
 * a body.
 */
export function noteAnswer(answered: AnsweredRequest): void {
  const { route, status, durationMs } = answered;
  metrics().requests.inc({ route, status });
  metrics().durations.observe({ route }, durationMs / 1000);
  const level = status >= 500 ? "warn" : "debug";
  if (log().isLevelEnabled(level))
    log()[level]({ ...answered, durationMs: Math.round(durationMs * 10) / 10 }, "request");
}
