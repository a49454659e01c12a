/** Runs a statement and returns its rows. */
export type Run = <R extends object>(sql: string, values?: unknown[]) => Promise<R[]>;

const PAGE_ROWS = 5_000;
/** One answer names at most this many changed keys, and accounts. */
export const CHANGES_MAX = 10_000;
const BEFORE_ALL_IDS = "00000000-0000-0000-0000-000000000000";

const line = (fields: string) =>
  `jsonb_strip_nulls(jsonb_build_object('at', clock_timestamp(), ${fields}))::text || E'\\n'`;

/** The restrictions of a key, as the list and activity have them. */
export const RESTRICTIONS = `jsonb_build_object('scopes', string_to_array("scopes", ' '),
  'allowedNetworks', string_to_array("allowedNetworks", ' '),
  'requestsPerMinute', "requestsPerMinute", 'creditsPerMonth', "creditsPerMonth")`;
/** A loosened key may no longer have restrictions. Its entry must say so. */
const SAYS_RESTRICTIONS = `(num_nonnulls("scopes", "allowedNetworks", "requestsPerMinute", "creditsPerMonth") > 0 OR "loosened")`;

const KEYS = {
  table: `"ApiKey"`,
  line: line(`'key', "id", 'revokedAt', "revokedAt", 'deletedAt', "deletedAt", 'expiresAt', "expiresAt",
    'endsOnUse', nullif("endsOnUse", false), 'disabledAt', "disabledAt",
    'leakedAt', "leakedAt", 'revokesAt', "revokesAt",
    'restrictions', CASE WHEN ${SAYS_RESTRICTIONS} THEN ${RESTRICTIONS} END`),
  isListed: `("revokedAt" IS NOT NULL OR "deletedAt" IS NOT NULL OR "expiresAt" IS NOT NULL OR "disabledAt" IS NOT NULL OR "leakedAt" IS NOT NULL OR ${SAYS_RESTRICTIONS})`,
};
/** A changed account may be enabled again, which the list must say, too. */
const ACCOUNTS = {
  table: `"User"`,
  line: line(`'account', "id", 'disabledAt', "disabledAt", 'deletedAt', "deletedAt"`),
  isListed: `("disabledAt" IS NOT NULL OR "changedIn" <> 0)`,
};

/** Yields the lines of all restricted keys and accounts, page by page. */
export async function* allLines(run: Run): AsyncGenerator<string> {
  for (const { table, line, isListed } of [KEYS, ACCOUNTS])
    for (let last: string | null = BEFORE_ALL_IDS; last; ) {
      const rows: { last: string | null; lines: string | null }[] = await run(
        `WITH "page" AS MATERIALIZED (SELECT * FROM ${table} WHERE "id" > $1 ORDER BY "id" LIMIT ${PAGE_ROWS})
         SELECT (SELECT "id" FROM "page" ORDER BY "id" DESC LIMIT 1) AS "last",
           (SELECT string_agg(${line}, '') FROM "page" WHERE ${isListed}) AS "lines"`,
        [last],
      );
      last = rows[0]?.last ?? null;
      if (rows[0]?.lines) yield rows[0].lines;
    }
}

/**
 * Up to where changes are known: the newest transaction whose change was seen, and older ones that
 * were still open. After a crash PostgreSQL reuses only transaction ids that are newer than every
 * committed one, so that a position stays valid.
 */
export type Position = { newest: string; open: string[] };

/** A transaction id beyond the newest was restored from another server. */
const IS_REAL = `"changedIn" < pg_snapshot_xmax(pg_current_snapshot())::text::bigint`;
const OPEN = `ARRAY(SELECT pg_snapshot_xip(pg_current_snapshot())::text) AS "open"`;

export async function readPosition(run: Run): Promise<Position> {
  const newest = [KEYS, ACCOUNTS].map(({ table }) => `(SELECT max("changedIn") FROM ${table} WHERE ${IS_REAL})`);
  const [position] = await run<Position>(`SELECT greatest(0, ${newest.join(", ")})::text AS "newest", ${OPEN}`);
  return position as Position;
}

export type Changes = Position & { at: string; lines: string; changed: number };

/**
 * Reads the lines of what committed transactions have changed since a position. Beyond {@link
 * CHANGES_MAX} some are missing.
 */
export async function readChanges(run: Run, { newest, open }: Position): Promise<Changes> {
  const changed = [KEYS, ACCOUNTS].map(
    ({ table, line, isListed }) => `(
      SELECT "changedIn", CASE WHEN ${isListed} THEN ${line} END AS "line" FROM ${table}
      WHERE ("changedIn" > $1::bigint AND ${IS_REAL}) OR "changedIn" = ANY($2::bigint[]) LIMIT ${CHANGES_MAX})`,
  );
  const [changes] = await run<Changes>(
    `SELECT count(*)::int AS "changed", coalesce(string_agg("line", ''), '') AS "lines",
       greatest($1::bigint, max("changedIn"))::text AS "newest", ${OPEN}, to_jsonb(clock_timestamp()) AS "at"
     FROM (${changed.join(" UNION ALL ")}) "change"`,
    [newest, open],
  );
  return changes as Changes;
}
