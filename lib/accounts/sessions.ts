import { FRESH_MINUTES } from "#lib/accounts/model/limits.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { type Caller, recordActivity } from "#lib/activity/record.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { pruneStep, removeAt, STEP_ROWS } from "#lib/database/remove-in-steps.ts";
import { type Step, walkInSteps } from "#lib/database/walk-in-steps.ts";

const IDLE_DAYS = 14;
export const MAX_DAYS = 90;
/** How long the row of a session stays after its end. */
const KEPT_DAYS = 30;

export type StartedSession = { userId: UserId; sessionId: string };
export type SessionUser = StartedSession & { name: string; email: string; isVerified: boolean };

/**
 * SQL: the session `s` has not ended. The database's clock decides, because instances' clocks
 * differ.
 */
export const ALIVE = Prisma.sql`s."endedAt" IS NULL
  AND s."lastSeenAt" > now() - make_interval(days => ${IDLE_DAYS})
  AND s."createdAt" > now() - make_interval(days => ${MAX_DAYS})`;

/** SQL: `s` is this session of this user, and has not ended. */
const isAlive = (userId: string, sessionId: string) =>
  Prisma.sql`s."userId" = ${userId}::uuid AND s."id" = ${sessionId}::uuid AND ${ALIVE}`;

/** Inserts a session in the transaction of a sign-in. */
export async function startSession(transaction: Transaction, userId: UserId, caller: Caller): Promise<StartedSession> {
  const { id } = await transaction.session.create({
    data: { userId, address: caller.address ?? "", userAgent: caller.userAgent?.slice(0, 500) ?? "" },
    select: { id: true },
  });
  return { userId, sessionId: id };
}

/**
 * Finds the user of a session that a cookie names; null if the session has ended, was idle for 14
 * days, is 90 days old, or the user is disabled. Updates `lastSeenAt` at most once a minute,
 * however many requests run in parallel.
 */
export async function findSessionUser(userId: string, sessionId: string): Promise<SessionUser | null> {
  const [user] = await database().$queryRaw<(SessionUser & { stale: boolean })[]>`
    SELECT u."id" AS "userId", u."name", u."email", u."emailVerifiedAt" IS NOT NULL AS "isVerified", s."id" AS "sessionId", s."lastSeenAt" < now() - interval '1 minute' AS "stale"
    FROM "Session" s JOIN "User" u ON u."id" = s."userId"
    WHERE ${isAlive(userId, sessionId)} AND u."disabledAt" IS NULL`;
  if (!user) return null;
  const { stale, ...found } = user;
  if (stale)
    await database().$executeRaw`
      UPDATE "Session" s SET "lastSeenAt" = now()
      WHERE ${isAlive(userId, sessionId)} AND s."lastSeenAt" < now() - interval '1 minute'`;
  return found;
}

/**
 * Locks the user of a session for a change that needs a sign-in, and returns the address; null if
 * the session has ended meanwhile. A second statement reads the session, so that it sees what
 * earlier holders of the lock did. The lock admits foreign keys: a transaction that has locked a
 * key or a session still inserts an activity record, and would deadlock with a stronger lock.
 */
export async function lockSession(
  transaction: Transaction,
  { userId, sessionId }: StartedSession,
): Promise<{ email: string } | null> {
  await transaction.$queryRaw`SELECT 1 FROM "User" WHERE "id" = ${userId}::uuid FOR NO KEY UPDATE`;
  const [user] = await transaction.$queryRaw<{ email: string }[]>`
    SELECT u."email" FROM "Session" s JOIN "User" u ON u."id" = s."userId"
    WHERE ${isAlive(userId, sessionId)} AND u."disabledAt" IS NULL`;
  return user ?? null;
}

export async function isSessionAlive(transaction: Transaction, userId: UserId, sessionId: string): Promise<boolean> {
  const alive = await transaction.$queryRaw<unknown[]>`
    SELECT 1 FROM "Session" s WHERE ${isAlive(userId, sessionId)}`;
  return alive.length > 0;
}

/** Tells whether a session is alive and began within the last 10 minutes. */
export async function isFreshSession(userId: UserId, sessionId: string): Promise<boolean> {
  const fresh = await database().$queryRaw<unknown[]>`
    SELECT 1 FROM "Session" s WHERE ${isAlive(userId, sessionId)}
      AND s."createdAt" > now() - make_interval(mins => ${FRESH_MINUTES})`;
  return fresh.length > 0;
}

/**
 * Signs out one browser: its cookie and every copy of it stop working. Returns the number of
 * sessions that ended, 1 or 0.
 */
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

/**
 * Signs out every browser of the user, `but` not this session's; returns the number of sessions
 * that ended.
 */
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

/** Ends sessions without an activity record, for a change that has a record of its own. */
export function endSessionsOf(transaction: Transaction, userId: UserId, but: string | null = null): Promise<number> {
  return transaction.$executeRaw`
    UPDATE "Session" s SET "endedAt" = now()
    WHERE s."userId" = ${userId}::uuid AND s."id" IS DISTINCT FROM ${but}::uuid AND ${ALIVE}`;
}

export type ListedSession = { id: string; address: string; userAgent: string; createdAt: Date; lastSeenAt: Date };

const LISTED_MAX = 50;

/**
 * Lists up to 50 signed-in browsers, the one seen last first; `more` tells that there are others.
 */
export async function listSessions(userId: UserId): Promise<{ sessions: ListedSession[]; more: boolean }> {
  const found = await database().$queryRaw<ListedSession[]>`
    SELECT s."id", s."address", s."userAgent", s."createdAt", s."lastSeenAt" FROM "Session" s
    WHERE s."userId" = ${userId}::uuid AND ${ALIVE} ORDER BY s."lastSeenAt" DESC, s."id" LIMIT ${LISTED_MAX + 1}`;
  return { sessions: found.slice(0, LISTED_MAX), more: found.length > LISTED_MAX };
}

/** Removes the rows of sessions that ended over 30 days ago; returns their number. */
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
