import type { Admission } from "#lib/api/admit.ts";
import type { Remaining } from "#lib/credits/spending.ts";
import { WINDOW_SECONDS } from "#lib/rate-limits/bucket.ts";

const COMMON = [
  "Cache-Control",
  "private, no-store",
  "Vary",
  "Authorization, X-API-Key",
  "X-Content-Type-Options",
  "nosniff",
];

type Answered = { requestId: string; admission: Admission | undefined; remaining: Remaining | undefined };

/**
 * Returns the headers of every answer, errors included. Names and values alternate, which is the
 * form that Node writes fastest.
 */
export function answerHeaders({ requestId, admission, remaining }: Answered): string[] {
  const headers = ["X-Request-Id", requestId, ...COMMON];
  if (admission?.kind === "admitted") {
    const { key, limit } = admission;
    if (limit)
      headers.push(
        "RateLimit-Policy",
        limit.windows.map(({ policy, limit }) => `"${policy}";q=${limit};w=${WINDOW_SECONDS}`).join(", "),
        "RateLimit",
        limit.windows
          .map(({ policy, remaining, resetSeconds }) => `"${policy}";r=${remaining};t=${resetSeconds}`)
          .join(", "),
      );
    if (key.expiresAt !== null) headers.push("GoodTake-Key-Expires-At", new Date(key.expiresAt).toISOString());
  }
  if (remaining) {
    headers.push("GoodTake-Credits-Remaining", String(remaining.credits));
    if (remaining.requests !== null) headers.push("GoodTake-Quota-Remaining", String(remaining.requests));
  }
  return headers;
}
