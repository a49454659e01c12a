import { FRESH_MINUTES } from "#lib/accounts/model/limits.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { pruneStep, removeAt, STEP_ROWS } from "#lib/database/remove-in-steps.ts";
import { type Step, walkInSteps } from "#lib/database/walk-in-steps.ts";

const IDLE_DAYS = 14;
export const MAX_DAYS = 90;
const KEPT_DAYS = 30;

export type StartedSession = { userId: UserId; sessionId: string };
export type SessionUser = StartedSession & { name: string; email: string };

/** Times are the database's: with several instances there is one clock for the end of a session. */
export const ALIVE = Prisma.sql`s."endedAt" IS NULL
  AND s."lastSeenAt" > now() - make_interval(days => ${IDLE_DAYS})
  AND s."createdAt" > now() - make_interval(days => ${MAX_DAYS})`;

/** Writes the row that a cookie will name, into the transaction of the sign-in that it belongs to. */
export async function startSession(transaction: Transaction, userId: UserId, caller: Caller): Promise<StartedSession> {
  const { id } = await transaction.session.create({
    data: { userId, address: caller.address ?? "", userAgent: caller.userAgent?.slice(0, 500) ?? "" },
    select: { id: true },
  });
  return { userId, sessionId: id };
}

/**
 * Whose session this is; null if it has ended, was idle for 14 days, is 90 days old, or its person is disabled. That it was
 * seen is written at most once a minute, whatever the number of parallel requests.
 */
export async function findSessionUser(userId: string, sessionId: string): Promise<SessionUser | null> {
  const [user] = await database().$queryRaw<(SessionUser & { stale: boolean })[]>`
    SELECT u."id" AS "userId", u."name", u."email", s."id" AS "sessionId", s."lastSeenAt" < now() - interval '1 minute' AS "stale"
    FROM "Session" s JOIN "User" u ON u."id" = s."userId"
    WHERE s."userId" = ${userId}::uuid AND s."id" = ${sessionId}::uuid AND u."disabledAt" IS NULL AND ${ALIVE}`;
  if (!user) return null;
  const { stale, ...found } = user;
  if (stale)
    await database().$executeRaw`
      UPDATE "Session" s SET "lastSeenAt" = now()
      WHERE s."userId" = ${userId}::uuid AND s."id" = ${sessionId}::uuid
        AND s."lastSeenAt" < now() - interval '1 minute' AND ${ALIVE}`;
  return found;
}

/**
 * Locks the person of a session for a change that only who is signed in may make, and says who that is; null if the session has
 * ended meanwhile. The row first, and then a look that sees what those did who had it before. The lock lets foreign keys in: whoever
 * has locked a key or a session is about to write an activity record, and would wait for us while we wait for that row.
 */
export async function lockSession(
  transaction: Transaction,
  { userId, sessionId }: StartedSession,
): Promise<{ email: string } | null> {
  await transaction.$queryRaw`SELECT 1 FROM "User" WHERE "id" = ${userId}::uuid FOR NO KEY UPDATE`;
  const [user] = await transaction.$queryRaw<{ email: string }[]>`
    SELECT u."email" FROM "Session" s JOIN "User" u ON u."id" = s."userId"
    WHERE s."userId" = ${userId}::uuid AND s."id" = ${sessionId}::uuid AND u."disabledAt" IS NULL AND ${ALIVE}`;
  return user ?? null;
}

export async function isSessionAlive(transaction: Transaction, userId: UserId, sessionId: string): Promise<boolean> {
  const alive = await transaction.$queryRaw<unknown[]>`
    SELECT 1 FROM "Session" s WHERE s."userId" = ${userId}::uuid AND s."id" = ${sessionId}::uuid AND ${ALIVE}`;
  return alive.length > 0;
}

/** Whether it began within the last 10 minutes. */
export async function isFreshSession(userId: UserId, sessionId: string): Promise<boolean> {
  const fresh = await database().$queryRaw<unknown[]>`
    SELECT 1 FROM "Session" s WHERE s."userId" = ${userId}::uuid AND s."id" = ${sessionId}::uuid AND ${ALIVE}
      AND s."createdAt" > now() - make_interval(mins => ${FRESH_MINUTES})`;
  return fresh.length > 0;
}

/** Signs out one browser: from now on its cookie, and every copy of it, is dead. Returns how many that were: 1, or 0. */
export function endSession(userId: UserId, sessionId: string, caller: Caller): Promise<number> {
  return database().$transaction(async (transaction) => {
    const { count } = await transaction.session.updateMany({
      where: { id: sessionId, userId, endedAt: null },
      data: { endedAt: new Date() },
    });
    if (count > 0) await recordActivity(transaction, caller, { userId, action: "account.signed_out", details: {} });
    return count;
  });
}

/** Signs out every browser of the person, or every other one than this session's; returns how many that were. */
export function endSessions(userId: UserId, caller: Caller, but?: string): Promise<number> {
  return database().$transaction(async (transaction) => {
    const ended = await endSessionsOf(transaction, userId, but);
    if (ended > 0)
      await recordActivity(transaction, caller, {
        userId,
        action: "account.sessions_ended",
        details: { sessions: ended },
      });
    return ended;
  });
}

/** The same without a record of its own, for a change that ends sessions and is recorded itself. */
export function endSessionsOf(transaction: Transaction, userId: UserId, but: string | null = null): Promise<number> {
  return transaction.$executeRaw`
    UPDATE "Session" s SET "endedAt" = now()
    WHERE s."userId" = ${userId}::uuid AND s."id" IS DISTINCT FROM ${but}::uuid AND ${ALIVE}`;
}

export type ListedSession = { id: string; address: string; userAgent: string; createdAt: Date; lastSeenAt: Date };

/** As many as somebody looks through. */
const LISTED_MAX = 50;

/** The browsers that are signed in, the one seen last first; `more` says that there are others beside the 50 of the list. */
export async function listSessions(userId: UserId): Promise<{ sessions: ListedSession[]; more: boolean }> {
  const found = await database().$queryRaw<ListedSession[]>`
    SELECT s."id", s."address", s."userAgent", s."createdAt", s."lastSeenAt" FROM "Session" s
    WHERE s."userId" = ${userId}::uuid AND ${ALIVE} ORDER BY s."lastSeenAt" DESC, s."id" LIMIT ${LISTED_MAX + 1}`;
  return { sessions: found.slice(0, LISTED_MAX), more: found.length > LISTED_MAX };
}

/** Removes the rows of sessions that have been over for 30 days; returns their number. */
export function pruneSessions(signal?: AbortSignal): Promise<number> {
  return walkInSteps("sessions", pruneSomeSessions, signal);
}

async function pruneSomeSessions(after: string[] | null): Promise<Step> {
  const [taken] = await pruneStep<Step>(
    `WITH "page" AS (
       SELECT ctid, "createdAt", "id", "endedAt" < now() - interval '${KEPT_DAYS} days'
         OR "lastSeenAt" < now() - interval '${IDLE_DAYS + KEPT_DAYS} days'
         OR "createdAt" < now() - interval '${MAX_DAYS + KEPT_DAYS} days' AS "isOver"
       FROM "Session"
       WHERE "createdAt" < now() - interval '${KEPT_DAYS} days' AND ("createdAt", "id") > ($1::timestamptz, $2::uuid)
       ORDER BY "createdAt", "id" LIMIT ${STEP_ROWS}
     ), "removed" AS (
       ${removeAt("Session", `SELECT ctid FROM "page" WHERE "isOver"`)} RETURNING 1
     )
     SELECT (SELECT count(*)::int FROM "removed") AS "changed",
       (SELECT ARRAY["createdAt"::text, "id"::text] FROM "page" ORDER BY "createdAt" DESC, "id" DESC LIMIT 1) AS "last"`,
    after ?? ["-infinity", "00000000-0000-0000-0000-000000000000"],
  );
  return taken as Step;
}
