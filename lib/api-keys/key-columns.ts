import { Prisma } from "#lib/database/generated/client.ts";
import type { ApiKeyModel } from "#lib/database/generated/models.ts";

/** The columns of a key that are read, as Prisma's `select`. Never the hash. */
export const KEY_SELECT = {
  id: true,
  name: true,
  environment: true,
  prefix: true,
  lastFour: true,
  note: true,
  createdAt: true,
  expiresAt: true,
  revokedAt: true,
  revokesAt: true,
  disabledAt: true,
  decoy: true,
  leakedAt: true,
  scopes: true,
  allowedNetworks: true,
  requestsPerMinute: true,
  creditsPerMonth: true,
  lastUsedAt: true,
  lastUsedAddress: true,
  lastUsedAgent: true,
} as const;
export type ApiKey = Pick<ApiKeyModel, keyof typeof KEY_SELECT>;

/** The same columns for SQL. Raw queries can't read an enum. */
export const KEY_COLUMNS = Prisma.raw(
  Object.keys(KEY_SELECT)
    .map((column) => (column === "environment" ? `"environment"::text AS "environment"` : `"${column}"`))
    .join(", "),
);
