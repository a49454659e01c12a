import type { Admission } from "#lib/api/admit.ts";
import { ApiError } from "#lib/api/errors.ts";
import { isUnavailable } from "#lib/database/unavailable.ts";
import { log } from "#lib/log.ts";

const CHALLENGE = 'Bearer realm="GoodTake API"';
const ANONYMOUS = new ApiError("unauthorized", undefined, { "WWW-Authenticate": CHALLENGE });
const INVALID = new ApiError("unauthorized", undefined, { "WWW-Authenticate": `${CHALLENGE}, error="invalid_token"` });

/**
 * Returns why a request is rejected, or undefined if it isn't. The 401 is the same for every cause.
 */
export function rejectionOf(admission: Admission): ApiError | undefined {
  if (admission.kind === "anonymous") return ANONYMOUS;
  if (admission.kind === "rejected") return INVALID;
  if (!admission.limit?.exceeded) return undefined;
  return new ApiError("rate_limit_exceeded", undefined, { "Retry-After": String(admission.limit.retryAfterSeconds) });
}

/** Names the missing permissions in the body and in the challenge (RFC 6750, 3.1). */
export function insufficientScope(missing: readonly string[]): ApiError {
  const names = missing.map((name) => `"${name}"`).join(", ");
  return new ApiError(
    "insufficient_scope",
    `The API key lacks the permission${missing.length > 1 ? "s" : ""} ${names}`,
    { "WWW-Authenticate": `${CHALLENGE}, error="insufficient_scope", scope="${missing.join(" ")}"` },
  );
}

let loggedAt = 0;

/** Returns what a failed request is answered. Details only go to the log. */
export function errorOf(error: unknown, requestId: string): ApiError {
  if (error instanceof ApiError) return error;
  if (!isUnavailable(error)) {
    log().error({ err: error, requestId }, "a request failed");
    return new ApiError("internal_error");
  }
  // Logs the shared reason once a second. The access log has a line for each answer.
  if (Date.now() - loggedAt > 1_000) {
    loggedAt = Date.now();
    log().warn({ err: error }, "the database is unavailable");
  }
  return new ApiError("unavailable", undefined, { "Retry-After": "1" });
}
