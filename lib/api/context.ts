import type { HttpBindings } from "@hono/node-server";
import type { Exchange } from "#lib/api/exchange.ts";
import type { VerifiedKey } from "#lib/api-keys/verify.ts";
import type { Tier } from "#lib/config/tiers.ts";

/** The variables of a request. `authenticate` sets `key` and `tier`. */
export type ApiContext = {
  Bindings: HttpBindings;
  Variables: { exchange: Exchange; key: VerifiedKey; tier: Tier };
};
