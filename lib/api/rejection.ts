import type { Admission } from "#lib/api/admit.ts";
import { ApiError } from "#lib/api/errors.ts";
import { isUnavailable } from "#lib/database/unavailable.ts";
import { log } from "#lib/log.ts";

const CHALLENGE = 'Bearer realm="GoodTake API"';
const ANONYMOUS = new ApiError("unauthorized", undefined, { "WWW-Authenticate": CHALLENGE });
const INVALID = new ApiError("unauthorized", undefined, { "WWW-Authenticate": `${CHALLENGE}, error="invalid_token"` });

/** Why a request may not go on: the one 401, whatever the cause, or 429; undefined if it may. */
export function rejectionOf(admission: Admission): ApiError | undefined {
  if (admission.kind === "anonymous") return ANONYMOUS;
  if (admission.kind === "rejected") return INVALID;
  if (!admission.limit?.exceeded) return undefined;
  return new ApiError("rate_limit_exceeded", undefined, { "Retry-After": String(admission.limit.resetSeconds) });
}

let complainedAt = 0;

/** What a request that failed is answered: never anything of the inside, which goes to the log. */
export function errorOf(error: unknown, requestId: string): ApiError {
  if (error instanceof ApiError) return error;
  if (!isUnavailable(error)) {
    log().error({ err: error, requestId }, "a request failed");
    return new ApiError("internal_error");
  }
  // Every answer has a line of its own in the access log; the reason, which they share, stands there once a second.
  if (Date.now() - complainedAt > 1_000) {
    complainedAt = Date.now();
    log().warn({ err: error }, "the database is unavailable");
  }
  return new ApiError("unavailable", undefined, { "Retry-After": "1" });
}
