import { z } from "zod";
import { readNetworks } from "#lib/api-keys/model/network.ts";
import type { Restrictions } from "#lib/api-keys/model/restrictions.ts";
import { apiKeyId, createApiKeyInput } from "#lib/api-keys/model/schema.ts";

// Not in schema.ts, because most dialogs of the dashboard don't need the code for networks.

/** The largest limit, that of PostgreSQL's `integer`. */
export const LIMIT_MAX = 2 ** 31 - 1;
/** More than the form offers, because keys keep permissions that no longer exist. */
const SCOPES_MAX = 200;

const scopes = z
  .array(
    z
      .string()
      .regex(/^[a-z][a-z0-9-]*:[a-z][a-z0-9-]*$/)
      .max(64),
  )
  .max(SCOPES_MAX)
  .transform((names) => [...new Set(names)].toSorted());

/** Rejects the same as the form: host bits, a zone, or too many ranges. */
const networks = z
  .array(z.string().max(100))
  .max(1_000)
  .transform((list, context) => {
    const { networks, problems } = readNetworks(list.join(" "));
    for (const { message } of problems) context.addIssue({ code: "custom", message });
    return networks;
  })
  // An empty list would reject every address.
  .transform((list) => (list.length > 0 ? list : null));

export const keyRestrictions = z.object({
  scopes: scopes.nullable(),
  allowedNetworks: networks.nullable(),
  requestsPerMinute: z.int().min(1).max(LIMIT_MAX).nullable(),
  creditsPerMonth: z.int().min(0).max(LIMIT_MAX).nullable(),
}) satisfies z.ZodType<Restrictions>;

/** What the form began with, as it is stored. */
const seenRestrictions = z.object({
  scopes: z.array(z.string()).nullable(),
  allowedNetworks: z.array(z.string()).nullable(),
  requestsPerMinute: z.number().nullable(),
  creditsPerMonth: z.number().nullable(),
}) satisfies z.ZodType<Restrictions>;

export const changeRestrictionsInput = z.object({
  id: apiKeyId,
  restrictions: keyRestrictions,
  seen: seenRestrictions,
});
/** Without restrictions the key has full access. */
export const createRestrictedKeyInput = createApiKeyInput.extend({ restrictions: keyRestrictions.optional() });
