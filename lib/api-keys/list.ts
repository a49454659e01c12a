import type { UserId } from "#lib/accounts/model/user-id.ts";
import { isFound } from "#lib/api-keys/key-health.ts";
import { type ListQuery, PAGE_SIZE, type View } from "#lib/api-keys/model/list-view.ts";
import { PASSED_END, successorOf } from "#lib/api-keys/rotation-chain.ts";
import type { ApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { FIRST_ROWS, readPage, type Slice } from "#lib/paging/read-page.ts";
import { countRecentRequests, findCallersSinceRotation, type RecentCaller } from "#lib/usage/recent.ts";

/** A key with what the list shows beside it. */
export type ListedApiKey = ApiKey & {
  /**
   * Requests in about the last 24 hours: they are counted by the hour, and the first of up to 25
   * counts whole.
   */
  recentRequests: number;
  /**
   * It was rotated: this key takes its place. Null where that works no more, so that an active key
   * can be rotated again.
   */
  successorId: string | null;
  successorExpiresAt: Date | null;
  /**
   * The end that its next successor would get. It is later than its own where it was rotated
   * before.
   */
  nextExpiresAt: Date | null;
  replacesId: string | null;
  /** Who still calls with it since then. */
  stillCalling: RecentCaller[];
  /** It ends a day after its successor is used. */
  endsOnUse: boolean;
};

export type FoundApiKey = ListedApiKey & { deletedAt: Date | null };

export type ApiKeyPage = {
  rows: ListedApiKey[];
  /** Keys that match the search and filters. */
  matching: number;
  /** All keys in the person's list, whatever the view. */
  total: number;
  /** The page that is shown, which is the last one where the URL asks for more. */
  page: number;
};

/**
 * Each sort with its place for missing values: "Never used" is the oldest use, "Never expires" the
 * latest end.
 */
const ORDER: Record<ListQuery["sort"], Record<ListQuery["direction"], string>> = {
  name: { asc: `lower("name") ASC`, desc: `lower("name") DESC` },
  key: { asc: `"prefix" COLLATE "C" ASC`, desc: `"prefix" COLLATE "C" DESC` },
  created: { asc: `"createdAt" ASC`, desc: `"createdAt" DESC` },
  lastUsed: { asc: `"lastUsedAt" ASC NULLS FIRST`, desc: `"lastUsedAt" DESC NULLS LAST` },
  expires: { asc: `"expiresAt" ASC NULLS LAST`, desc: `"expiresAt" DESC NULLS FIRST` },
  status: { asc: `"status" ASC`, desc: `"status" DESC` },
};

/**
 * A page of the person's keys, searched, filtered and sorted in SQL, so that thousands cost no more
 * than ten.
 */
export async function listApiKeys(userId: UserId, query: ListQuery, now: Date): Promise<ApiKeyPage> {
  const { owned, matches } = viewOf(userId, query, now);
  const found = await readPage(query.page, PAGE_SIZE, async (slice) => {
    const [[counts], rows] = await Promise.all([
      database().$queryRaw<[{ total: number; matching: number }]>`
        SELECT count(*)::int AS "total", count(*) FILTER (WHERE ${matches})::int AS "matching" FROM "ApiKey" WHERE ${owned}`,
      readRows(userId, query, now, slice),
    ]);
    return { ...counts, rows };
  });
  return { ...found, rows: await withUsage(userId, found.rows) };
}

const EXPORT_PAGE = 500;

type ExportedKey = Pick<
  ApiKey,
  "id" | "name" | "environment" | "prefix" | "createdAt" | "expiresAt" | "revokedAt" | "lastUsedAt"
>;

/**
 * All keys that a view shows, in its order, page by page. One statement says which they are,
 * because with an offset keys move over the seam of two pages while others are used or deleted. A
 * key that is deleted before its page is read is left out.
 */
export async function* exportApiKeys(userId: UserId, query: ListQuery, now: Date): AsyncGenerator<ExportedKey[]> {
  const { owned, matches, status } = viewOf(userId, query, now);
  const [{ all }] = await database().$queryRaw<[{ all: string[] | null }]>`
    SELECT array_agg("id") AS "all" FROM (
      SELECT "id", ${status} AS "status" FROM "ApiKey" WHERE ${owned} AND ${matches} ORDER BY ${orderOf(query)}
    ) k`;
  for (let [from, to] = [0, FIRST_ROWS]; from < (all?.length ?? 0); [from, to] = [to, to + EXPORT_PAGE]) {
    const ids = all?.slice(from, to) ?? [];
    yield await database().$queryRaw<ExportedKey[]>`
      SELECT "id", "name", "environment"::text AS "environment", "prefix", "createdAt", "expiresAt", "revokedAt", "lastUsedAt"
      FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS "page"("id", "place") JOIN "ApiKey" USING ("id")
      WHERE ${owned} ORDER BY "place"`;
  }
}

/**
 * Says which rows they are before it looks up what stands beside them: that is looked up for
 * skipped rows, too.
 */
function readRows(userId: UserId, query: ListQuery, now: Date, { limit, offset }: Slice): Promise<Row[]> {
  const { owned, matches, status } = viewOf(userId, query, now);
  return database().$queryRaw<Row[]>`
    SELECT ${listed(now)}, "status" FROM (
      SELECT *, ${status} AS "status" FROM "ApiKey" WHERE ${owned} AND ${matches}
      ORDER BY ${orderOf(query)} LIMIT ${limit} OFFSET ${offset}
    ) k ORDER BY ${orderOf(query)}`;
}

function orderOf({ sort, direction }: ListQuery): Prisma.Sql {
  return Prisma.sql`${Prisma.raw(ORDER[sort][direction])}, "id" DESC`;
}

/**
 * A view of the person's keys as conditions on "ApiKey", with the status that each key has at
 * `now`.
 */
export function viewOf(userId: UserId, query: View, now: Date) {
  const status = Prisma.sql`CASE WHEN "revokedAt" IS NOT NULL THEN 'revoked' WHEN "expiresAt" <= ${now} THEN 'expired' ELSE 'active' END`;
  /** The same as conditions, from which PostgreSQL can tell how many keys have a status. */
  const has = {
    revoked: Prisma.sql`"revokedAt" IS NOT NULL`,
    expired: Prisma.sql`"revokedAt" IS NULL AND "expiresAt" <= ${now}`,
    active: Prisma.sql`"revokedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > ${now})`,
  };
  const pattern = query.q.replace(/[\\%_]/g, "\\$&");
  // A pasted display form, `gt_abcd...`, means the prefix.
  const prefix = pattern.replace(/(\.{3}|…)$/, "");
  return {
    status,
    owned: Prisma.sql`"userId" = ${userId}::uuid AND "deletedAt" IS NULL`,
    // What isn't asked for is left out, and not decided for each key.
    matches: Prisma.join(
      [
        Prisma.sql`TRUE`,
        ...(query.q ? [Prisma.sql`("name" ILIKE ${`%${pattern}%`} OR "prefix" LIKE ${`${prefix}%`})`] : []),
        ...(query.environment ? [Prisma.sql`"environment"::text = ${query.environment}`] : []),
        ...(query.status ? [has[query.status]] : []),
        ...(query.finding ? [isFound(userId, query.finding, now)] : []),
      ],
      " AND ",
    ),
  };
}

/**
 * One key of the person, also a deleted one, whose history is kept; null for another's and for none
 * alike.
 */
export function findListedApiKey(userId: UserId, id: string): Promise<FoundApiKey | null> {
  return findOne(userId, Prisma.sql`"id" = ${id}::uuid`);
}

/** The same by the SHA-256 of the key, in hex, which the browser has made of a pasted key. */
export function findApiKeyByHash(userId: UserId, hash: string): Promise<FoundApiKey | null> {
  return findOne(userId, Prisma.sql`"hash" = decode(${hash}, 'hex')`);
}

async function findOne(userId: UserId, where: Prisma.Sql): Promise<FoundApiKey | null> {
  const rows = await database().$queryRaw<(Row & { deletedAt: Date | null })[]>`
    SELECT ${listed(new Date())}, "deletedAt" FROM "ApiKey" k WHERE "userId" = ${userId}::uuid AND ${where}`;
  const [key] = await withUsage(userId, rows);
  return key ?? null;
}

type Row = Omit<ListedApiKey, "recentRequests" | "stillCalling">;

const listed = (now: Date) => Prisma.sql`
  k."id", "name", "environment"::text AS "environment", "prefix", "createdAt", "expiresAt", "revokedAt",
  "lastUsedAt", "lastUsedAddress", "lastUsedAgent", "replacesId", "endsOnUse",
  ${successorOf("id", now)} AS "successorId", ${successorOf("expiresAt", now)} AS "successorExpiresAt",
  ${PASSED_END} AS "nextExpiresAt"`;

type Usage = Pick<ListedApiKey, "recentRequests" | "stillCalling">;

async function withUsage<R extends Row>(userId: UserId, rows: R[]): Promise<(R & Usage)[]> {
  const replaced = rows.filter(({ successorId }) => successorId !== null).map(({ id }) => id);
  const [recent, callers] = await Promise.all([
    countRecentRequests(
      userId,
      rows.map(({ id }) => id),
    ),
    replaced.length > 0 ? findCallersSinceRotation(userId, replaced) : undefined,
  ]);
  return rows.map((key) => ({
    ...key,
    recentRequests: recent.get(key.id) ?? 0,
    stillCalling: callers?.get(key.id) ?? [],
  }));
}
