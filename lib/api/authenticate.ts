import { createMiddleware } from "hono/factory";
import { admit } from "#lib/api/admit.ts";
import type { ApiContext } from "#lib/api/context.ts";
import { rejectionOf } from "#lib/api/rejection.ts";

/** Lets an admitted request through, with its key and tier in the context. */
export const authenticate = createMiddleware<ApiContext>(async (c, next) => {
  const admission = await admit(c.env.incoming.rawHeaders);
  c.set("admission", admission);
  const rejection = rejectionOf(admission);
  if (rejection || admission.kind !== "admitted") throw rejection;
  c.set("key", admission.key);
  c.set("tier", admission.tier);
  await next();
});
