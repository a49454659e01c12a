import type { HttpBindings } from "@hono/node-server";
import type { VerifiedKey } from "#lib/api-keys/verify.ts";

/** What a request carries through the API. */
export type ApiContext = {
  Bindings: HttpBindings;
  Variables: { requestId: string; key: VerifiedKey };
};
