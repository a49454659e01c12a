import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cp, readdir, symlink } from "node:fs/promises";
import path from "node:path";
import { startServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { createPool } from "#lib/database/connection.ts";
import { migrate } from "#lib/database/migrate.ts";

/** The last commit before the rollups of credits. */
const COMMIT = "76a8343";
/** The first migration after it. */
const FIRST_UNKNOWN = "20261126163601";
const PROJECT = path.resolve(import.meta.dirname, "../..");

export type Account = { userId: string; apiKeyId: string; secret: string };
/** The earlier version on a database that it has migrated as far as it can. */
export type VersionBefore = {
  /** Spends some credits of an account. Returns how many were not refunded. */
  spend: (account: Account, round: number) => Promise<number>;
  end: () => Promise<void>;
};

/** Tells whether this clone has the commit. */
export function isInHistory(): boolean {
  return spawnSync("git", ["cat-file", "-e", `${COMMIT}^{commit}`], { cwd: PROJECT }).status === 0;
}

/** Runs the API of that commit as a process of its own, with the dependencies of today. */
export async function startProcessBefore(
  settings: Record<string, string>,
  spend: (url: string, account: Account, round: number) => Promise<number>,
): Promise<VersionBefore> {
  const { directory, remove } = await temporaryDirectory();
  execFileSync("sh", ["-c", 'git archive "$0" | tar -x -C "$1"', COMMIT, directory], { cwd: PROJECT });
  await symlink(path.join(PROJECT, "node_modules"), path.join(directory, "node_modules"));
  const prisma = path.join(PROJECT, "node_modules/prisma/build/index.js");
  execFileSync(process.execPath, [prisma, "generate"], { cwd: directory, stdio: "ignore" });
  const server = await startServer(settings, directory);
  return {
    spend: (account, round) => spend(server.url, account, round),
    end: async () => {
      await server.end("SIGTERM");
      await remove();
    },
  };
}

/** Runs the statements of that commit, for a clone that lacks it. */
export async function startStatementsBefore(url: string): Promise<VersionBefore> {
  const { directory, remove } = await temporaryDirectory();
  for (const name of await readdir("prisma/migrations"))
    if (name < FIRST_UNKNOWN)
      await cp(path.join("prisma/migrations", name), path.join(directory, name), { recursive: true });
  await migrate(url, directory);
  await remove();
  const pool = createPool(url, { max: 3 });
  let ended: Promise<void> | undefined;
  return {
    spend: async ({ userId, apiKeyId }, round) => {
      const id = randomUUID();
      const credits = 1 + (round % 3);
      const isReservation = round % 2 === 1;
      const { rows } = await pool.query(SPEND, [userId, credits, id, apiKeyId, isReservation]);
      if (rows[0].credits === null) throw new Error("There are no credits.");
      if (isReservation && round % 4 === 1) await pool.query(GIVE_BACK, [[id]]);
      else if (isReservation) await pool.query(SETTLE, [id]);
      return round % 4 === 1 ? 0 : credits;
    },
    end: () => (ended ??= pool.end()),
  };
}

// The statements of `lib/credits/store.ts` at that commit. Values that no test varies are written
// out.
const SPEND = `
    WITH "now" AS (
      SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date AS "month"
    ), "locked" AS (
      SELECT "userId" FROM "Balance" WHERE "userId" = $1::uuid FOR NO KEY UPDATE
    ), "balance" AS (
      UPDATE "Balance" b
      SET "credits" = b."credits" - $2, "month" = "now"."month",
          "requests" = CASE WHEN b."month" = "now"."month" THEN least(b."requests", 2147483646) ELSE 0 END + 1
      FROM "now", "locked" l
      WHERE b."userId" = l."userId" AND b."credits" >= $2
      RETURNING b."credits", b."month", b."requests"
    ), "movement" AS (
      INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId", "reservationId")
      SELECT $3::uuid, $1::uuid, 'charged', -$2::int, $4::uuid,
             CASE WHEN $5::boolean THEN $3::uuid END
      FROM "balance"
    ), "reservation" AS (
      INSERT INTO "Reservation" ("id", "userId", "apiKeyId", "credits", "month", "expiresAt")
      SELECT $3::uuid, $1::uuid, $4::uuid, $2::int, "month", now() + make_interval(secs => 60)
      FROM "balance" WHERE $5::boolean
    )
    SELECT "credits", "requests" FROM (SELECT) "always" LEFT JOIN "balance" ON true`;
const SETTLE = `
    WITH "locked" AS (
      SELECT "id" FROM "Reservation" WHERE "id" = $1::uuid FOR UPDATE
    ), "settled" AS (
      DELETE FROM "Reservation" r USING "locked" l WHERE r."id" = l."id"
      RETURNING r."id"
    )
    SELECT "id" IS NOT NULL AS "settled" FROM (SELECT) "always" LEFT JOIN "settled" ON true`;
const GIVE_BACK = `
    WITH "closed" AS (
      DELETE FROM "Reservation" WHERE "id" IN (
        SELECT "id" FROM "Reservation" WHERE "id" = ANY($1::uuid[]) FOR UPDATE SKIP LOCKED
      ) RETURNING "id", "userId", "apiKeyId", "credits", "month"
    ), "movement" AS (
      INSERT INTO "CreditMovement" ("id", "userId", "kind", "amount", "apiKeyId", "reservationId")
      SELECT overlay("id"::text PLACING '8' FROM 15)::uuid, "userId", 'refunded', "credits", "apiKeyId", "id" FROM "closed"
      ON CONFLICT ("id") DO NOTHING RETURNING "reservationId"
    ), "refunded" AS (
      SELECT c.* FROM "closed" c JOIN "movement" m ON m."reservationId" = c."id"
    ), "balance" AS (
      UPDATE "Balance" b SET "credits" = b."credits" + c."credits",
        "requests" = CASE WHEN b."month" = c."month" THEN b."requests" - c."requests" ELSE b."requests" END
      FROM (
        SELECT "userId", max("month") AS "month", sum("credits")::int AS "credits",
               count(*) FILTER (WHERE "month" = (SELECT max(m."month") FROM "refunded" m WHERE m."userId" = "refunded"."userId"))::int AS "requests"
        FROM "refunded" GROUP BY "userId"
      ) c
      WHERE b."userId" = c."userId"
    )
    SELECT count(*)::int AS "reservations" FROM "closed"`;
