import { createMiddleware } from "hono/factory";
import type { ApiContext } from "#lib/api/context.ts";

/** Rejects a request by its key or rate limit; sets `key` and `tier` for the route. */
export const authenticate = createMiddleware<ApiContext>(async (c, next) => {
  const { exchange } = c.var;
  const rejection = await exchange.admit();
  const { admission } = exchange;
  if (rejection || admission?.kind !== "admitted") throw rejection;
  c.set("key", admission.key);
  c.set("tier", admission.tier);
  await next();
});
