import type pg from "pg";
import { OperatorError } from "#lib/operator-error.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

type Correction = { table: string; columns: string[]; byId: boolean; trigger?: string };

/**
 * The columns that Prisma wrote by the process's clock, without an offset. Other columns have the
 * database's clock or an offset. `endedAt` of a session has both, and only decides when its row is
 * removed. "User" is last: no server starts while its instants are shifted.
 */
const CORRECTIONS: Correction[] = [
  {
    table: "ApiKey",
    columns: ["createdAt", "expiresAt", "revokedAt", "deletedAt"],
    byId: true,
    trigger: "keep_api_key_history",
  },
  { table: "Session", columns: ["createdAt", "lastSeenAt"], byId: true },
  { table: "ProviderIdentity", columns: ["createdAt"], byId: false },
  { table: "IdempotencyRecord", columns: ["createdAt"], byId: false },
  { table: "Activity", columns: ["createdAt"], byId: true, trigger: "keep_activity" },
  { table: "User", columns: ["createdAt", "disabledAt", "deletedAt"], byId: true },
];

/**
 * SQL: which instants of a column are shifted, if others are right. `$1` is the zone, `t` the row.
 */
const SHIFTED: Record<string, string> = {
  // A session's start sets both. Later visits write the database's clock.
  "Session.lastSeenAt": `t."lastSeenAt" = t."createdAt"`,
  // The end after a successor's first use has the database's clock, unless an earlier end was
  // recorded before it.
  "ApiKey.expiresAt": `
    NOT EXISTS (SELECT FROM "ApiKey" s WHERE s."replacesId" = t."id")
    OR NOT EXISTS (SELECT FROM "Activity" a
      WHERE a."userId" = t."userId" AND a."apiKeyId" = t."id" AND a."action" = 'api_key.overlap_ends')
    OR EXISTS (SELECT FROM "Activity" a
      WHERE a."userId" = t."userId" AND a."apiKeyId" = t."id" AND a."action" IN ('api_key.rotated', 'api_key.overlap_extended')
        AND ((a."details"->>'endsAt')::timestamptz AT TIME ZONE 'UTC') AT TIME ZONE $1 = t."expiresAt")`,
};

/** Rows in one step, whose transaction takes about a second. */
const STEP_ROWS = 10_000;
const TOLERANCE_S = 5;
/** SQL: when an id of version 7 was made, by the same clock as the row's `createdAt`. */
const MADE = `to_timestamp(('x' || substr(replace("id"::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)`;
const IS_VERSION_7 = `substr("id"::text, 15, 1) = '7'`;

/**
 * Checks the latest accounts, whose ids say when they were made.
 *
 * @throws {OperatorError} if their instants are shifted by a zone's offset. New instants beside
 * them would be right, and nothing could tell them apart.
 */
export async function checkWrittenInUtc(database: pg.Pool | pg.ClientBase): Promise<void> {
  const tomorrow = (Date.now() + DAY_MS).toString(16).padStart(12, "0");
  const { rows } = await database.query<{ off: number }>(
    `SELECT extract(epoch FROM "createdAt" - ${MADE})::float8 AS "off" FROM "User"
     WHERE "id" < $1::uuid AND ${IS_VERSION_7} ORDER BY "id" DESC LIMIT 5`,
    [`${tomorrow.slice(0, 8)}-${tomorrow.slice(8)}-7000-8000-000000000000`],
  );
  if (rows.length === 0 || !rows.every(({ off }) => isOffset(off))) return;
  const hours = (rows[0] as { off: number }).off / 3600;
  throw new OperatorError(
    `The database was written in another time zone than UTC: its latest instants are off by ${hours.toFixed(2)} hours. Stop every GoodTake process and run npm run shift-time-zone -- --from ZONE with the zone that the database has.`,
  );
}

/** Returns whether a difference can be a zone's offset: quarters of an hour, up to 14 hours. */
function isOffset(seconds: number): boolean {
  const quarters = Math.round(seconds / 900);
  return quarters !== 0 && Math.abs(quarters) <= 56 && Math.abs(seconds - quarters * 900) < TOLERANCE_S;
}

type Plan = { accounts: number; rows: { table: string; columns: string[]; count: number }[] };

/**
 * Returns what {@link shiftTimeZone} would correct. Changes nothing.
 *
 * @throws {OperatorError} if the zone is unknown or doesn't explain the instants of all accounts,
 * or everything is corrected already.
 */
export async function planShift(client: pg.ClientBase, zone: string): Promise<Plan> {
  const { rowCount: known } = await client.query("SELECT FROM pg_timezone_names WHERE name = $1", [zone]);
  if (!known) throw new OperatorError(`PostgreSQL knows no time zone ${zone}; give a name such as America/New_York.`);
  const progress = await readProgress(client);
  if (progress.get("User")?.finishedAt) throw new OperatorError("This database was corrected already.");
  const begunWith = [...progress.values()][0]?.zone;
  if (begunWith && begunWith !== zone)
    throw new OperatorError(`The correction was begun with --from ${begunWith}; finish it with the same zone.`);
  const { rows: found } = await client.query<{ accounts: number; right: number; explained: number }>(
    `SELECT count(*)::int AS "accounts", count(*) FILTER (WHERE ${near(`"made"`)})::int AS "right",
            count(*) FILTER (WHERE ${near(`("made" AT TIME ZONE 'UTC') AT TIME ZONE $1`)} OR $2 AND ${near(`"made"`)})::int AS "explained"
     FROM (SELECT "createdAt", ${MADE} AS "made" FROM "User" WHERE ${IS_VERSION_7}) "User"`,
    [zone, begunWith !== undefined],
  );
  const { accounts, right, explained } = found[0] as { accounts: number; right: number; explained: number };
  if (explained < accounts || accounts === 0)
    throw new OperatorError(
      right === accounts
        ? "The instants of this database are right; there is nothing to correct."
        : `The zone ${zone} explains the instants of ${explained} of ${accounts} accounts, and must explain all.`,
    );
  const rows: Plan["rows"] = [];
  for (const { table, columns } of CORRECTIONS) {
    const { rows: counts } = await client.query<{ count: number }>(
      `SELECT count(*)::float8 AS "count" FROM "${table}"`,
    );
    rows.push({ table, columns, count: counts[0]?.count ?? 0 });
  }
  return { accounts, rows };
}

const near = (instant: string) => `abs(extract(epoch FROM "createdAt" - (${instant}))) < ${TOLERANCE_S}`;

/**
 * Corrects the instants that Prisma wrote in sessions of another zone, table by table. Each step is
 * one transaction that also records its progress, so an interrupted correction continues where it
 * stopped and corrects nothing twice. An instant in the hour that the zone's clocks skip once a
 * year comes out an hour late.
 *
 * @throws {OperatorError} as {@link planShift}, or if a server is connected.
 */
export async function shiftTimeZone(
  client: pg.ClientBase,
  zone: string,
  { stepRows = STEP_ROWS, signal }: { stepRows?: number; signal?: AbortSignal } = {},
): Promise<void> {
  await planShift(client, zone);
  const { rowCount: servers } = await client.query(
    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'goodtake'",
  );
  if (servers) throw new OperatorError("A GoodTake server is connected to this database; stop all of them first.");
  for (const correction of CORRECTIONS)
    for (let done = false; !done; ) {
      signal?.throwIfAborted();
      done = await step(client, zone, correction, stepRows);
    }
}

/** Corrects the next rows of a table. Returns whether they were the last ones. */
async function step(client: pg.ClientBase, zone: string, correction: Correction, stepRows: number): Promise<boolean> {
  const { table, columns, byId, trigger } = correction;
  await client.query("BEGIN");
  try {
    await client.query("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0");
    // Parallel corrections wait for each other and see the other's progress.
    await client.query(`LOCK TABLE "TimeZoneShift" IN EXCLUSIVE MODE`);
    const { lastId, finishedAt } = (await readProgress(client)).get(table) ?? {};
    if (finishedAt) {
      await client.query("COMMIT");
      return true;
    }
    if (trigger) await client.query(`ALTER TABLE "${table}" DISABLE TRIGGER "${trigger}"`);
    const set = columns.map((column) => `"${column}" = ${corrected(table, column)}`).join(", ");
    const next = byId
      ? await client.query<{ id: string }>(
          `WITH "step" AS (SELECT "id" FROM "${table}" WHERE $2::uuid IS NULL OR "id" > $2 ORDER BY "id" LIMIT $3),
             "corrected" AS (UPDATE "${table}" t SET ${set} FROM "step" WHERE t."id" = "step"."id")
           SELECT "id" FROM "step" ORDER BY "id" DESC`,
          [zone, lastId ?? null, stepRows],
        )
      : await client.query<{ id: string }>(`UPDATE "${table}" t SET ${set}`, [zone]);
    if (trigger) await client.query(`ALTER TABLE "${table}" ENABLE TRIGGER "${trigger}"`);
    const done = !byId || next.rows.length < stepRows;
    await client.query(
      `INSERT INTO "TimeZoneShift" VALUES ($1, $2, $3, CASE WHEN $4 THEN now() END)
       ON CONFLICT ("table") DO UPDATE SET "lastId" = excluded."lastId", "finishedAt" = excluded."finishedAt"`,
      [table, zone, next.rows[0]?.id ?? lastId ?? null, done],
    );
    await client.query("COMMIT");
    return done;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

function corrected(table: string, column: string): string {
  const instant = `(t."${column}" AT TIME ZONE $1) AT TIME ZONE 'UTC'`;
  const shifted = SHIFTED[`${table}.${column}`];
  return shifted ? `CASE WHEN ${shifted} THEN ${instant} ELSE t."${column}" END` : instant;
}

type Progress = { table: string; zone: string; lastId: string | null; finishedAt: Date | null };

async function readProgress(client: pg.ClientBase): Promise<Map<string, Progress>> {
  const { rows: found } = await client.query(`SELECT to_regclass('"TimeZoneShift"') AS "table"`);
  if (!found[0]?.table) return new Map();
  const { rows } = await client.query<Progress>(`SELECT * FROM "TimeZoneShift"`);
  return new Map(rows.map((row) => [row.table, row]));
}
