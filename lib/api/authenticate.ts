import { createMiddleware } from "hono/factory";
import { admit } from "#lib/api/admit.ts";
import type { ApiContext } from "#lib/api/context.ts";
import { ApiError } from "#lib/api/errors.ts";

const CHALLENGE = 'Bearer realm="GoodTake API"';

/** Lets an admitted request through, with its key and tier in the context; else the one 401, whatever the cause, or 429. */
export const authenticate = createMiddleware<ApiContext>(async (c, next) => {
  const admission = await admit(c.env.incoming.rawHeaders);
  c.set("admission", admission);
  if (admission.kind !== "admitted")
    throw new ApiError("unauthorized", undefined, {
      "www-authenticate": admission.kind === "anonymous" ? CHALLENGE : `${CHALLENGE}, error="invalid_token"`,
    });
  if (admission.limit.exceeded)
    throw new ApiError("rate_limit_exceeded", undefined, { "retry-after": String(admission.limit.resetSeconds) });
  c.set("key", admission.key);
  c.set("tier", admission.tier);
  await next();
});
