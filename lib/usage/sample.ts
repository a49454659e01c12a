import { metrics } from "#lib/metrics.ts";
import { MINUTE_MS } from "#lib/time/model/duration.ts";
import type { RequestNote } from "#lib/usage/batch.ts";

/** Bounds the memory for keys that are sampled in one minute. */
const SAMPLES_PER_MINUTE_MAX = 30_000;

let minute = 0;
let keys = new Set<string>();

/**
 * Decides whether a successful request is in the sample that Logs show: at most one a key and
 * minute. Several processes may each take one, and the table keeps the first of them.
 */
export function takesSample({ apiKeyId, at }: RequestNote): boolean {
  const own = Math.floor(at / MINUTE_MS);
  if (own > minute) {
    minute = own;
    keys = new Set();
  }
  if (keys.has(apiKeyId)) return false;
  if (keys.size >= SAMPLES_PER_MINUTE_MAX) {
    metrics().logRowsDropped.inc({ rows: "samples" });
    return false;
  }
  keys.add(apiKeyId);
  return true;
}
