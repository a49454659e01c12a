import type { Context } from "hono";
import type { ApiContext } from "#lib/api/context.ts";
import { type Outcome, recordRequest } from "#lib/usage/recorder.ts";

/** Counts an answer for the key it belongs to; without a known key there is nobody to count it for. */
export function recordAnswer(c: Context<ApiContext>): void {
  const { admission, requestId } = c.var;
  if (!admission || !("key" in admission)) return;
  const { headers } = c.env.incoming;
  recordRequest({
    requestId,
    userId: admission.key.userId,
    apiKeyId: admission.key.id,
    outcome: admission.kind === "refused" ? admission.cause : outcomeOf(c.res.status, admission.limit.exceeded),
    authenticated: admission.kind === "admitted",
    at: Date.now(),
    route: c.req.path,
    // The server has overwritten the header with the one address that can be believed.
    address: headers["x-forwarded-for"]?.toString() ?? "",
    agent: headers["user-agent"],
  });
}

function outcomeOf(status: number, limited: boolean): Outcome {
  if (limited) return "rate_limited";
  if (status === 403) return "forbidden";
  if (status >= 500) return "error";
  return status >= 400 ? "invalid" : "ok";
}
