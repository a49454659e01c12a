import { database } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import type { MailOutcome } from "#lib/database/generated/enums.ts";
import { removeInSteps } from "#lib/database/remove-in-steps.ts";
import { ALL_KINDS, templateOf } from "#lib/mail/kinds.ts";
import { GIVE_UP_HOURS } from "#lib/mail/queue-mail.ts";

const LISTED_MAX = 200;
/** An email whose link has expired is of no use later. */
const RETRIED_KINDS = ALL_KINDS.filter((kind) => !templateOf(kind).goodForHours);

export type UndeliveredMail = {
  id: string;
  kind: string;
  to: string;
  createdAt: Date;
  attempts: number;
  /** Null for a failed email. */
  dueAt: Date | null;
  outcome: MailOutcome | null;
  problem: string | null;
};

/** Lists the newest emails that are waiting or failed, for the operator. */
export function listUndelivered(): Promise<UndeliveredMail[]> {
  return database().$queryRaw<UndeliveredMail[]>`
    SELECT m."id", m."kind", coalesce(m."recipient", u."email") AS "to", m."createdAt", m."attempts",
      CASE WHEN m."endedAt" IS NULL THEN m."dueAt" END AS "dueAt", m."outcome", m."problem"
    FROM "Mail" m JOIN "User" u ON u."id" = m."userId"
    WHERE m."endedAt" IS NULL OR m."outcome" = 'failed' ORDER BY m."createdAt" DESC, m."id" LIMIT ${LISTED_MAX}`;
}

/** Queues one failed email again, or all of them. Returns how many. */
export function retryFailed(id?: string): Promise<number> {
  const one = id ? Prisma.sql`AND "id" = ${id}::uuid` : Prisma.empty;
  return database().$executeRaw`
    UPDATE "Mail" SET "outcome" = NULL, "endedAt" = NULL, "attempts" = 0, "rejections" = 0, "maybeSent" = false, "dueAt" = now(),
      "giveUpAt" = now() + make_interval(hours => ${GIVE_UP_HOURS}::int)
    WHERE "outcome" = 'failed' AND "kind" = ANY(${RETRIED_KINDS}) ${one}`;
}

/** Removes emails that were sent or failed over 30 days ago, and returns their number. */
export function pruneMails(signal?: AbortSignal): Promise<number> {
  return removeInSteps({ table: "Mail", by: "endedAt", where: `"endedAt" < now() - interval '30 days'` }, signal);
}
