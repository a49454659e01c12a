import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type ApiKey, KEY_COLUMNS } from "#lib/api-keys/key-columns.ts";
import { isListed, isLive, isOwned } from "#lib/api-keys/key-conditions.ts";
import { type ListQuery, PAGE_SIZE } from "#lib/api-keys/model/list-view.ts";
import { restrictionSummary } from "#lib/api-keys/model/restriction-summary.ts";
import { LATEST_END, oldKeys, SUCCESSOR_DURATION, successorField } from "#lib/api-keys/rotation-chain.ts";
import { matchesView, orderOf } from "#lib/api-keys/view-conditions.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { FIRST_ROWS, readPage } from "#lib/paging/read-page.ts";
import { findCallersSinceRotation, type RecentCaller, readRecentHours } from "#lib/usage/recent.ts";

/** A key with its usage and its place in a rotation chain, as the list shows it. */
export type ListedApiKey = ApiKey & {
  /**
   * Requests in the last 24 to 25 hours: they are counted by the hour, and the first counts whole.
   */
  recentRequests: number;
  /** The same by hour, the oldest first. Empty if there were none. */
  requestsByHour: number[];
  /**
   * The key that replaces it. Null if no successor is live, so that an active key can be rotated
   * again.
   */
  successorId: string | null;
  successorExpiresAt: Date | null;
  /** The latest end that a rotation may give it. */
  latestEnd: Date | null;
  /** How long its next successor lasts by default; null for one without an end. */
  durationMs: number | null;
  /** Summarizes the restrictions: "1 permission, 2 networks". Empty for none. */
  restrictions: string;
  /** Another live key has the same name, so that the name doesn't tell which key is meant. */
  hasNamesake: boolean;
  replacesId: string | null;
  /** Callers that have used it since it was rotated. */
  stillCalling: RecentCaller[];
  /** It ends a day after the first successful use of its successor. */
  endsOnUse: boolean;
};

export type FoundApiKey = ListedApiKey & { deletedAt: Date | null };

/** An old key is a sub-row of the key that replaces it, if both match the view. */
export type PageRow = ListedApiKey & { isSubRow: boolean };

export type ApiKeyPage = {
  /** Each is followed by its sub-rows. */
  rows: PageRow[];
  /** Keys that match the search and filters. */
  matching: number;
  /** Those of them that have a row of their own. */
  topRows: number;
  /** There is no key in the user's list, whatever the view. */
  isEmpty: boolean;
  /** The page that is shown: the last one if the address asks for more. */
  page: number;
};

/**
 * Reads a page of the user's keys. SQL searches, filters and sorts, so that thousands cost no more
 * than ten.
 */
export async function listApiKeys(userId: UserId, query: ListQuery, now: Date): Promise<ApiKeyPage> {
  const matches = matchesView(userId, query, now);
  const subRows = await readSubRows(userId, matches, now);
  const top = Prisma.sql`${matches} AND "id" <> ALL(${subRows.map(({ id }) => id)}::uuid[])`;
  const found = await readPage(query.page, PAGE_SIZE, async ({ limit, offset }) => {
    const [[counts], rows] = await Promise.all([
      database().$queryRaw<[{ isEmpty: boolean; keys: number }]>`
        SELECT (SELECT "id" FROM "ApiKey" WHERE ${isListed(userId)} ORDER BY "createdAt" LIMIT 1) IS NULL AS "isEmpty",
          count(*)::int AS "keys"
        FROM "ApiKey" WHERE ${isListed(userId)} AND ${matches}`,
      readRows(
        userId,
        query,
        now,
        // The ids first: sorting all columns of 10,000 keys takes twice as long.
        Prisma.sql`"id" = ANY(ARRAY(
          SELECT "id" FROM "ApiKey" WHERE ${isListed(userId)} AND ${top} ORDER BY ${orderOf(query, now)} LIMIT ${limit} OFFSET ${offset}))`,
      ),
    ]);
    return { ...counts, rows, matching: counts.keys - subRows.length };
  });
  const { isEmpty, keys, page, matching: topRows } = found;
  const shown = new Set(found.rows.map(({ id }) => id));
  const below = subRows.filter(({ successorId }) => shown.has(successorId)).map(({ id }) => id);
  const old = below.length > 0 ? await readRows(userId, query, now, Prisma.sql`"id" = ANY(${below}::uuid[])`) : [];
  const all = await withUsage(userId, [...found.rows, ...old], now);
  const under = Map.groupBy(all.slice(found.rows.length), ({ successorId }) => successorId);
  const rows = all
    .slice(0, found.rows.length)
    .flatMap((key): PageRow[] => [
      { ...key, isSubRow: false },
      ...(under.get(key.id) ?? []).map((subRow) => ({ ...subRow, isSubRow: true })),
    ]);
  return { rows, matching: keys, topRows, isEmpty, page };
}

/** Finds the old keys that match the view together with the keys that replace them. */
function readSubRows(userId: UserId, matches: Prisma.Sql, now: Date): Promise<{ id: string; successorId: string }[]> {
  const inView = Prisma.sql`(SELECT "id" FROM "ApiKey" WHERE ${isListed(userId)} AND ${matches})`;
  return database().$queryRaw`
    SELECT "id", "successorId" FROM (${oldKeys(userId, now)}) o WHERE "id" IN ${inView} AND "successorId" IN ${inView}`;
}

const EXPORT_PAGE_ROWS = 500;

/**
 * Yields all keys of a view in its order, page by page. One statement decides which they are: with
 * an offset, keys that are used or deleted meanwhile would move between pages. A key that is
 * deleted before its page is read is left out.
 */
export async function* exportApiKeys(userId: UserId, query: ListQuery, now: Date): AsyncGenerator<ApiKey[]> {
  // One text, which the process reads faster than an array of 10,000 ids.
  const [{ all }] = await database().$queryRaw<[{ all: string | null }]>`
    SELECT string_agg("id"::text, ' ') AS "all" FROM (
      SELECT "id" FROM "ApiKey" WHERE ${isListed(userId)} AND ${matchesView(userId, query, now)} ORDER BY ${orderOf(query, now)}
    ) k`;
  const ordered = all?.split(" ") ?? [];
  for (let [from, to] = [0, FIRST_ROWS]; from < ordered.length; [from, to] = [to, to + EXPORT_PAGE_ROWS]) {
    const ids = ordered.slice(from, to);
    // LIMIT has each key looked up by its id. A join would be planned to read all keys for each page.
    yield await database().$queryRaw<ApiKey[]>`
      SELECT k.* FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS "page"("key", "place")
      CROSS JOIN LATERAL (SELECT ${KEY_COLUMNS} FROM "ApiKey" WHERE "id" = "page"."key" AND ${isListed(userId)} LIMIT 1) k
      ORDER BY "place"`;
  }
}

function readRows(userId: UserId, query: ListQuery, now: Date, which: Prisma.Sql): Promise<Row[]> {
  return database().$queryRaw<Row[]>`
    SELECT ${listedColumns(now)} FROM "ApiKey" k WHERE ${isListed(userId)} AND ${which} ORDER BY ${orderOf(query, now)}`;
}

/**
 * Finds a key of the user, deleted ones included. Null for another user's key and for none alike.
 */
export function findListedApiKey(userId: UserId, id: string): Promise<FoundApiKey | null> {
  return findOne(userId, Prisma.sql`"id" = ${id}::uuid`);
}

/** Finds a key of the user by its SHA-256 in hex, which the browser computes of a pasted key. */
export function findApiKeyByHash(userId: UserId, hash: string): Promise<FoundApiKey | null> {
  return findOne(userId, Prisma.sql`"hash" = decode(${hash}, 'hex')`);
}

async function findOne(userId: UserId, where: Prisma.Sql): Promise<FoundApiKey | null> {
  const now = new Date();
  const rows = await database().$queryRaw<(Row & { deletedAt: Date | null })[]>`
    SELECT ${listedColumns(now)}, "deletedAt" FROM "ApiKey" k WHERE ${isOwned(userId)} AND ${where}`;
  const [key] = await withUsage(userId, rows, now);
  return key ?? null;
}

type Usage = Pick<ListedApiKey, "recentRequests" | "requestsByHour" | "stillCalling" | "hasNamesake" | "restrictions">;
type Row = Omit<ListedApiKey, keyof Usage>;

const listedColumns = (now: Date) => Prisma.sql`
  ${KEY_COLUMNS}, "replacesId", "endsOnUse",
  ${successorField("id", now)} AS "successorId", ${successorField("expiresAt", now)} AS "successorExpiresAt",
  ${LATEST_END} AS "latestEnd", ${SUCCESSOR_DURATION} AS "durationMs"`;

async function withUsage<R extends Row>(userId: UserId, rows: R[], now: Date): Promise<(R & Usage)[]> {
  const replaced = rows.filter(({ successorId }) => successorId !== null).map(({ id }) => id);
  const ids = rows.map(({ id }) => id);
  const [recent, callers, shared] = await Promise.all([
    readRecentHours(userId, ids, now),
    replaced.length > 0 ? findCallersSinceRotation(userId, replaced) : undefined,
    findSharedNames(
      userId,
      rows.map(({ name }) => name),
    ),
  ]);
  return rows.map((key) => {
    const requestsByHour = recent.get(key.id) ?? [];
    return {
      ...key,
      recentRequests: requestsByHour.reduce((sum, requests) => sum + requests, 0),
      requestsByHour,
      stillCalling: callers?.get(key.id) ?? [],
      hasNamesake: shared.has(key.name),
      restrictions: restrictionSummary(key),
    };
  });
}

/** Finds the names that more than one live key of the user has. */
async function findSharedNames(userId: UserId, names: string[]): Promise<Set<string>> {
  const shared = await database().$queryRaw<{ name: string }[]>`
    SELECT "name" FROM "ApiKey" WHERE ${isListed(userId)} AND ${isLive(new Date())} AND "name" = ANY(${names})
    GROUP BY "name" HAVING count(*) > 1`;
  return new Set(shared.map(({ name }) => name));
}
