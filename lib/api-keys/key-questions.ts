import type { UserId } from "#lib/accounts/model/user-id.ts";

/** What a request needs to know of a key. Instants are milliseconds of the epoch. */
export type CachedKey = {
  id: string;
  userId: UserId;
  name: string;
  environment: string;
  prefix: string;
  /** The owner's. */
  tier: string;
  createdAt: number;
  expiresAt: number | null;
  revoked: boolean;
  deleted: boolean;
  ownerDisabled: boolean;
};

/** Keys by their hash (SHA-256 in hex); null is none. A server in recovery repeats what another one says, as late as it hears it. */
export type Found = { found: (CachedKey & { hash: string })[] | null; recovering: boolean; life: string };
/** `next` and `open` belong into the next question: transactions from `next` on, and those that were not over, are not in this answer. */
export type Answer = Found & {
  next: string;
  open: string[];
  changedKeys: string[];
  changedOwners: string[];
  /** The database's clock, in milliseconds of the epoch. */
  clockMs: number;
};

/** One answer names so many changed keys, and owners, at most. */
export const CHANGED_MAX = 1_000;

/** The largest bigint: no transaction is as new. */
export const NOTHING = "9223372036854775807";

// Parameters stand in subselects, where the planner doesn't look at their values: it would take the plan that it makes for each of them
// to be better than the prepared one, and planning takes three times as long as looking up a key.

/**
 * Transaction ids go on within one life of a server, and may be handed out again in the next: a server that recovers from a crash
 * resets its statistics, each start and each other server has a start of its own.
 */
const SOURCE = `
  pg_is_in_recovery() AS "recovering",
  concat(extract(epoch FROM pg_postmaster_start_time()), ' ', extract(epoch FROM pg_stat_get_bgwriter_stat_reset_time())) AS "life"`;

/**
 * Rows changed by transactions that were not over at the last answer, or came later: each is named once, also while one that
 * writes for hours is open somewhere on the server. A value from beyond the newest transaction was restored from another server,
 * and is none of them. Ordered, so that the index is read from its end, and no table is.
 */
const changedIn = (table: "ApiKey" | "User", column: string) => `
  ARRAY(
    SELECT ${column} FROM "${table}"
    WHERE "changedIn" >= (SELECT $1::bigint) AND "changedIn" < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    ORDER BY "changedIn" DESC LIMIT ${CHANGED_MAX}
  ) || ARRAY(
    SELECT ${column} FROM "${table}" WHERE "changedIn" = ANY((SELECT $3::bigint[])::bigint[]) ORDER BY "changedIn" DESC LIMIT ${CHANGED_MAX}
  )`;

const found = (hashes: string) => `
  (SELECT json_agg(json_build_object(
     'hash', h, 'id', k."id", 'userId', k."userId", 'name', k."name", 'environment', k."environment", 'prefix', k."prefix",
     'tier', u."tier",
     'createdAt', (extract(epoch FROM k."createdAt") * 1000)::bigint,
     'expiresAt', (extract(epoch FROM k."expiresAt") * 1000)::bigint,
     'revoked', k."revokedAt" IS NOT NULL, 'deleted', k."deletedAt" IS NOT NULL, 'ownerDisabled', u."disabledAt" IS NOT NULL))
   FROM unnest((SELECT ${hashes}::text[])) h JOIN "ApiKey" k ON k."hash" = decode(h, 'hex') JOIN "User" u ON u."id" = k."userId"
  ) AS "found"`;

/** Which keys (by hash) and owners were changed since `$1`, by `$3` too, and the keys `$2`: all from one snapshot. */
export const ASK = `
  SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS "next",
    ARRAY(SELECT pg_snapshot_xip(pg_current_snapshot())::text) AS "open",
    ${changedIn("ApiKey", `encode("hash", 'hex')`)} AS "changedKeys",
    ${changedIn("User", `"id"::text`)} AS "changedOwners",
    ${found("$2")}, ${SOURCE}, extract(epoch FROM clock_timestamp())::float8 * 1000 AS "clockMs"`;

export const LOOK_UP = `SELECT ${found("$1")}, ${SOURCE}`;
