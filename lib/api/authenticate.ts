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

/** Rejects an authenticated request whose key lacks one of these permissions. */
export const requireScopes = (...needed: string[]) =>
  createMiddleware<ApiContext>(async (c, next) => {
    const rejection = c.var.exchange.requireScopes(needed);
    if (rejection) throw rejection;
    await next();
  });
