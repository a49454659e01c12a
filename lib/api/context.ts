import type { HttpBindings } from "@hono/node-server";
import type { Admission } from "#lib/api/admit.ts";
import type { VerifiedKey } from "#lib/api-keys/verify.ts";
import type { Tier } from "#lib/config/tiers.ts";
import type { Remaining, SpendError } from "#lib/credits/spending.ts";

/** What a request carries through the API. */
export type ApiContext = {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    admission: Admission;
    key: VerifiedKey;
    tier: Tier;
    /** Set by routes that cost something. */
    remaining: Remaining;
    /** Why one of them could not be paid: the owner is told, its caller only that it is one of the two. */
    unpaid: SpendError;
  };
};
