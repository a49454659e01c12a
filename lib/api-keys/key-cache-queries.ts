import type { UserId } from "#lib/accounts/model/user-id.ts";
import { UnsuitableServerError } from "#lib/database/unavailable.ts";

/** The stored fields of a key that a request needs. Instants are milliseconds since the epoch. */
export type KeyRow = {
  id: string;
  userId: UserId;
  name: string;
  environment: string;
  prefix: string;
  /** The owner's tier. */
  tier: string;
  createdAt: number;
  expiresAt: number | null;
  revokedAt: number | null;
  /** When a leaked key is revoked. */
  revokesAt: number | null;
  disabledAt: number | null;
  decoy: boolean;
  deleted: boolean;
  ownerDisabled: boolean;
  /** Separated by spaces, as is `allowedNetworks`. Null for full access. */
  scopes: string | null;
  /** CIDR ranges; null for any address. */
  allowedNetworks: string | null;
  /** The key's own rate limit; null for none. */
  requestsPerMinute: number | null;
  /** The key's spending cap for a UTC month; null for none. */
  creditsPerMonth: number | null;
};

/**
 * Computes the fields of a {@link KeyRow} from `k`, the key's row, and `u`, its owner's. The
 * triggers `mark_changed` must name each column that is read here and can change, or caches keep
 * the old value: a test compares them. The newest migration that has a trigger replaces the others.
 */
export const CACHED_FIELDS: Record<keyof KeyRow, string> = {
  id: `k."id"`,
  userId: `k."userId"`,
  name: `k."name"`,
  environment: `k."environment"`,
  prefix: `k."prefix"`,
  tier: `u."tier"`,
  createdAt: milliseconds(`k."createdAt"`),
  // A leaked key ends when it is revoked, if that is earlier.
  expiresAt: milliseconds(`least(k."expiresAt", k."revokesAt")`),
  revokedAt: milliseconds(`k."revokedAt"`),
  revokesAt: milliseconds(`k."revokesAt"`),
  disabledAt: milliseconds(`k."disabledAt"`),
  decoy: `k."decoy"`,
  deleted: `k."deletedAt" IS NOT NULL`,
  ownerDisabled: `u."disabledAt" IS NOT NULL`,
  scopes: `k."scopes"`,
  allowedNetworks: `k."allowedNetworks"`,
  requestsPerMinute: `k."requestsPerMinute"`,
  creditsPerMonth: `k."creditsPerMonth"`,
};

function milliseconds(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::bigint`;
}

export type LookUpAnswer = {
  /** Keys with their hash, SHA-256 in hex. Null if none was found. */
  found: (KeyRow & { hash: string })[] | null;
  /** A standby repeats what its primary says, late. */
  recovering: boolean;
  /**
   * Identifies one run of one server: transaction ids increase within it and may repeat in the
   * next.
   */
  life: string;
};
export type RenewalAnswer = LookUpAnswer & {
  /** Position of the next renewal. */
  next: string;
  open: string[];
  /** Hashes of keys, and ids of owners, that were changed since the last position. */
  changedKeys: string[];
  changedOwners: string[];
  /** The database's clock, in milliseconds of the epoch. */
  clockMs: number;
};

/** One answer names at most this many changed keys, and owners. */
export const CHANGED_MAX = 1_000;

/** Changes by transactions before `since` are known, except those by `open` ones. */
export type Position = { since: string; open: string[] };

/** The position of an empty cache, to which no change matters: `since` is the largest bigint. */
export const NOTHING_CACHED: Position = { since: "9223372036854775807", open: [] };

// Parameters stand in subselects to hide their values from the planner. It would take a plan that
// is made for the values to be better than the prepared one, and planning takes three times as long
// as looking up a key.

/**
 * A server that recovers from a crash resets its statistics; each start and each server has its own
 * time.
 */
const SERVER = `
  pg_is_in_recovery() AS "recovering",
  concat(extract(epoch FROM pg_postmaster_start_time()), ' ',
         extract(epoch FROM pg_stat_get_bgwriter_stat_reset_time())) AS "life"`;

/**
 * Selects rows that were changed by a transaction that is newer than the position `$1`, or was open
 * at it (`$3`), so that each change is named once, even while another transaction stays open for
 * hours. A value beyond the newest transaction was restored from another server. The order makes
 * PostgreSQL read the end of the index instead of the table.
 */
const changedIn = (table: "ApiKey" | "User", column: string) => `
  ARRAY(
    SELECT ${column} FROM "${table}"
    WHERE "changedIn" >= (SELECT $1::bigint) AND "changedIn" < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    ORDER BY "changedIn" DESC LIMIT ${CHANGED_MAX}
  ) || ARRAY(
    SELECT ${column} FROM "${table}"
    WHERE "changedIn" = ANY((SELECT $3::bigint[])::bigint[]) ORDER BY "changedIn" DESC LIMIT ${CHANGED_MAX}
  )`;

const fields = Object.entries(CACHED_FIELDS).map(([field, sql]) => `'${field}', ${sql}`);
const found = (hashes: string) => `
  (SELECT json_agg(json_build_object('hash', h, ${fields.join(", ")}))
   FROM unnest((SELECT ${hashes}::text[])) h
   JOIN "ApiKey" k ON k."hash" = decode(h, 'hex') JOIN "User" u ON u."id" = k."userId"
  ) AS "found"`;

const RENEW = `
  SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS "next",
    ARRAY(SELECT pg_snapshot_xip(pg_current_snapshot())::text) AS "open",
    ${changedIn("ApiKey", `encode("hash", 'hex')`)} AS "changedKeys",
    ${changedIn("User", `"id"::text`)} AS "changedOwners",
    ${found("$2")}, ${SERVER}, extract(epoch FROM clock_timestamp())::float8 * 1000 AS "clockMs"`;

const LOOK_UP = `SELECT ${found("$1")}, ${SERVER}`;

export type CacheStatement = { name: "renew-key-cache" | "look-up-keys"; text: string; values: unknown[] };

/** Runs a statement and returns its only row. */
export type CacheQuery = <Row extends LookUpAnswer>(statement: CacheStatement) => Promise<Row>;

/**
 * Asks what was changed since a position and for the keys with these hashes, both in one snapshot.
 */
export function queryChanges(query: CacheQuery, position: Position, hashes: string[]): Promise<RenewalAnswer> {
  const values = [position.since, hashes, position.open];
  return fromPrimary(query<RenewalAnswer>({ name: "renew-key-cache", text: RENEW, values }));
}

export function queryKeys(query: CacheQuery, hashes: string[]): Promise<LookUpAnswer> {
  return fromPrimary(query<LookUpAnswer>({ name: "look-up-keys", text: LOOK_UP, values: [hashes] }));
}

/** A proxy may lead a connection to a standby at any time. */
async function fromPrimary<Row extends LookUpAnswer>(row: Promise<Row>): Promise<Row> {
  const answer = await row;
  if (answer.recovering) throw new UnsuitableServerError("The database server is a standby, or recovers.");
  return answer;
}
