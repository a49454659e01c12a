import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type ApiKey, KEY_COLUMNS } from "#lib/api-keys/key-columns.ts";
import { isListed, isOwned, statusAt } from "#lib/api-keys/key-conditions.ts";
import { type ListQuery, PAGE_SIZE } from "#lib/api-keys/model/list-view.ts";
import { PASSED_END, successorField } from "#lib/api-keys/rotation-chain.ts";
import { matchesView, orderOf } from "#lib/api-keys/view-conditions.ts";
import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { FIRST_ROWS, readPage, type Slice } from "#lib/paging/read-page.ts";
import { countRecentRequests, findCallersSinceRotation, type RecentCaller } from "#lib/usage/recent.ts";

/** A key with its usage and its place in a rotation chain, as the list shows it. */
export type ListedApiKey = ApiKey & {
  /**
   * Requests in the last 24 to 25 hours: they are counted by the hour, and the first counts whole.
   */
  recentRequests: number;
  /**
   * The key that replaces it. Null if no successor works, so that an active key can be rotated
   * again.
   */
  successorId: string | null;
  successorExpiresAt: Date | null;
  /**
   * The end that its next successor would get. It is later than its own if it was rotated before.
   */
  nextExpiresAt: Date | null;
  replacesId: string | null;
  /** Callers that have used it since it was rotated. */
  stillCalling: RecentCaller[];
  /** It ends a day after the first successful use of its successor. */
  endsOnUse: boolean;
};

export type FoundApiKey = ListedApiKey & { deletedAt: Date | null };

export type ApiKeyPage = {
  rows: ListedApiKey[];
  /** Keys that match the search and filters. */
  matching: number;
  /** All keys in the user's list, whatever the view. */
  total: number;
  /** The page that is shown: the last one if the address asks for more. */
  page: number;
};

/**
 * Reads a page of the user's keys. SQL searches, filters and sorts, so that thousands cost no more
 * than ten.
 */
export async function listApiKeys(userId: UserId, query: ListQuery, now: Date): Promise<ApiKeyPage> {
  const matches = matchesView(userId, query, now);
  const found = await readPage(query.page, PAGE_SIZE, async (slice) => {
    const [[counts], rows] = await Promise.all([
      database().$queryRaw<[{ total: number; matching: number }]>`
        SELECT count(*)::int AS "total", count(*) FILTER (WHERE ${matches})::int AS "matching"
        FROM "ApiKey" WHERE ${isListed(userId)}`,
      readRows(userId, query, now, slice),
    ]);
    return { ...counts, rows };
  });
  return { ...found, rows: await withUsage(userId, found.rows) };
}

const EXPORT_PAGE_ROWS = 500;

/**
 * Yields all keys of a view in its order, page by page. One statement decides which they are: with
 * an offset, keys that are used or deleted meanwhile would move between pages. A key that is
 * deleted before its page is read is left out.
 */
export async function* exportApiKeys(userId: UserId, query: ListQuery, now: Date): AsyncGenerator<ApiKey[]> {
  const [{ all }] = await database().$queryRaw<[{ all: string[] | null }]>`
    SELECT array_agg("id") AS "all" FROM (
      SELECT "id", ${statusAt(now)} AS "status" FROM "ApiKey"
      WHERE ${isListed(userId)} AND ${matchesView(userId, query, now)} ORDER BY ${orderOf(query)}
    ) k`;
  for (let [from, to] = [0, FIRST_ROWS]; from < (all?.length ?? 0); [from, to] = [to, to + EXPORT_PAGE_ROWS]) {
    const ids = all?.slice(from, to) ?? [];
    yield await database().$queryRaw<ApiKey[]>`
      SELECT ${KEY_COLUMNS} FROM unnest(${ids}::uuid[]) WITH ORDINALITY AS "page"("id", "place") JOIN "ApiKey" USING ("id")
      WHERE ${isListed(userId)} ORDER BY "place"`;
  }
}

/**
 * Finds the rows of the page first, so that the columns of a rotation chain aren't computed for
 * skipped rows.
 */
function readRows(userId: UserId, query: ListQuery, now: Date, { limit, offset }: Slice): Promise<Row[]> {
  return database().$queryRaw<Row[]>`
    SELECT ${listedColumns(now)}, "status" FROM (
      SELECT *, ${statusAt(now)} AS "status" FROM "ApiKey"
      WHERE ${isListed(userId)} AND ${matchesView(userId, query, now)}
      ORDER BY ${orderOf(query)} LIMIT ${limit} OFFSET ${offset}
    ) k ORDER BY ${orderOf(query)}`;
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
  const rows = await database().$queryRaw<(Row & { deletedAt: Date | null })[]>`
    SELECT ${listedColumns(new Date())}, "deletedAt" FROM "ApiKey" k WHERE ${isOwned(userId)} AND ${where}`;
  const [key] = await withUsage(userId, rows);
  return key ?? null;
}

type Usage = Pick<ListedApiKey, "recentRequests" | "stillCalling">;
type Row = Omit<ListedApiKey, keyof Usage>;

const listedColumns = (now: Date) => Prisma.sql`
  ${KEY_COLUMNS}, "replacesId", "endsOnUse",
  ${successorField("id", now)} AS "successorId", ${successorField("expiresAt", now)} AS "successorExpiresAt",
  ${PASSED_END} AS "nextExpiresAt"`;

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
