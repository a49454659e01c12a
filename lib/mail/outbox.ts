import { randomUUID } from "node:crypto";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { database, type Transaction } from "#lib/database/client.ts";
import { Prisma } from "#lib/database/generated/client.ts";
import { ALL_KINDS, type MailKind, NOTICES, templateOf } from "#lib/mail/kinds.ts";
import { noteOutcome } from "#lib/mail/mail-metrics.ts";
import { GIVE_UP_HOURS } from "#lib/mail/queue-mail.ts";
import type { Delivery } from "#lib/mail/smtp.ts";

/** Longer than any delivery takes. If a process is killed, the email is retried after this time. */
export const LEASE_S = 120;
/** The most notices that an account gets in an hour. A digest replaces the rest. */
export const NOTICES_AN_HOUR = 10;
/** 30 s doubling up to 15 min, so that a mail server that is up again soon gets everything. */
const RETRY = { firstS: 30, maxS: 900 };
/**
 * Permanent rejections after which an email fails. RFC 5321 calls every 5xx final, but often the
 * operator can correct the cause.
 */
const FINAL_REJECTIONS = 5;

export type ClaimedMail = {
  id: string;
  userId: UserId;
  kind: MailKind;
  data: object;
  to: string;
  createdAt: Date;
  /** Distinguishes this attempt from one that another process makes after the lease ends. */
  attempts: number;
};

type Waiting = ClaimedMail & {
  isDeleted: boolean;
  isLate: boolean;
  wasCutOff: boolean;
  maybeSent: boolean;
};
/** `settled`: the due email needs no delivery, and another one may be due. */
type Claim = ClaimedMail | "settled" | undefined;

/**
 * Claims the email that has been due the longest, for {@link LEASE_S}. Parallel calls, also in
 * other processes, claim different ones. A kind that this version doesn't know is left for a newer
 * process.
 */
export async function claimMail(): Promise<Claim> {
  // While nothing is due, this is the only statement.
  const [due] = await database().$queryRaw<unknown[]>`
    SELECT 1 FROM "Mail" WHERE "endedAt" IS NULL AND "dueAt" <= now() LIMIT 1`;
  if (!due) return undefined;
  return database().$transaction(async (transaction) => {
    const [mail] = await transaction.$queryRaw<Waiting[]>`
      SELECT m."id", m."userId", m."kind", m."data", coalesce(m."recipient", u."email") AS "to", m."createdAt",
        m."attempts", u."deletedAt" IS NOT NULL AS "isDeleted", m."giveUpAt" <= now() AS "isLate",
        m."handedOverAt" IS NOT NULL AS "wasCutOff", m."maybeSent"
      FROM "Mail" m JOIN "User" u ON u."id" = m."userId"
      WHERE m."endedAt" IS NULL AND m."dueAt" <= now() AND m."kind" = ANY(${ALL_KINDS})
      ORDER BY m."dueAt" LIMIT 1 FOR UPDATE OF m SKIP LOCKED`;
    if (!mail) return undefined;
    if (mail.isDeleted) {
      await transaction.mail.deleteMany({ where: { userId: mail.userId } });
      return "settled";
    }
    if (mail.wasCutOff) {
      const problem = "The process that delivered it was killed.";
      noteOutcome(mail, await settleUnknown(transaction, mail, problem), problem);
      return "settled";
    }
    if (mail.isLate) {
      const problem = "Not delivered in time.";
      await end(transaction, mail.id, "failed", Prisma.sql`coalesce("problem", ${problem})`);
      noteOutcome(mail, "failed", problem);
      return "settled";
    }
    if (NOTICES.includes(mail.kind) && mail.attempts === 0 && (await isOverLimit(transaction, mail.userId))) {
      await moveToDigest(transaction, mail.userId);
      return "settled";
    }
    await transaction.$executeRaw`
      UPDATE "Mail" SET "attempts" = "attempts" + 1, "dueAt" = now() + make_interval(secs => ${LEASE_S}::int) WHERE "id" = ${mail.id}::uuid`;
    const data = mail.kind === "digest" ? { subjects: await readSubjects(transaction, mail.id) } : mail.data;
    return { ...mail, data, attempts: mail.attempts + 1 };
  });
}

/** Counts under a lock of the account, because other processes claim its other emails. */
async function isOverLimit(transaction: Transaction, userId: string): Promise<boolean> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`notices of ${userId}`}, 0))`;
  const [{ count } = { count: 0 }] = await transaction.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS "count" FROM "Mail" WHERE "userId" = ${userId}::uuid AND "kind" = ANY(${NOTICES})
      AND ("outcome" = 'sent' AND "endedAt" > now() - interval '1 hour' OR "endedAt" IS NULL AND "attempts" > 0)`;
  return count >= NOTICES_AN_HOUR;
}

/**
 * Replaces an account's waiting notices with its digest, which is due in an hour. A notice that
 * another process is claiming waits for the lock of {@link isOverLimit} and follows.
 */
async function moveToDigest(transaction: Transaction, userId: string): Promise<void> {
  // A digest that a process has claimed is already written.
  const [open] = await transaction.$queryRaw<{ id: string }[]>`
    SELECT "id" FROM "Mail" WHERE "userId" = ${userId}::uuid AND "kind" = 'digest' AND "endedAt" IS NULL AND "attempts" = 0 FOR UPDATE`;
  const id = open?.id ?? randomUUID();
  if (!open)
    await transaction.$executeRaw`
      INSERT INTO "Mail" ("id", "userId", "kind", "data", "dueAt", "giveUpAt")
      VALUES (${id}::uuid, ${userId}::uuid, 'digest', '{}', now() + interval '1 hour', now() + make_interval(hours => ${GIVE_UP_HOURS + 1}::int))`;
  await transaction.$executeRaw`
    UPDATE "Mail" SET "outcome" = 'digested', "endedAt" = now(), "digestId" = ${id}::uuid
    WHERE "id" IN (SELECT "id" FROM "Mail" WHERE "userId" = ${userId}::uuid AND "kind" = ANY(${NOTICES})
      AND "endedAt" IS NULL AND "attempts" = 0 FOR UPDATE SKIP LOCKED)`;
}

async function readSubjects(transaction: Transaction, digestId: string): Promise<string[]> {
  const mails = await transaction.$queryRaw<{ kind: MailKind; data: never }[]>`
    SELECT "kind", "data" FROM "Mail" WHERE "digestId" = ${digestId}::uuid AND "kind" = ANY(${ALL_KINDS}) ORDER BY "createdAt"`;
  return mails.map(({ kind, data }) => templateOf(kind).write(data).subject);
}

/**
 * Records that the email is about to be handed over, and extends the lease.
 *
 * @throws if another process has claimed it in the meantime.
 */
export async function markHandedOver({ id, attempts }: ClaimedMail): Promise<void> {
  const marked = await database().$executeRaw`
    UPDATE "Mail" SET "handedOverAt" = now(), "dueAt" = now() + make_interval(secs => ${LEASE_S}::int)
    WHERE "id" = ${id}::uuid AND "attempts" = ${attempts} AND "dueAt" > now() AND "endedAt" IS NULL`;
  if (marked === 0) throw new Error("Another process claimed the email.");
}

/** Records the outcome of an attempt: sent, failed, or when it is retried. */
export async function settleMail(mail: ClaimedMail, delivery: Delivery): Promise<"sent" | "failed" | "retried"> {
  const db = database();
  if (delivery.outcome === "accepted") {
    await end(db, mail.id, "sent", Prisma.sql`NULL`);
    return "sent";
  }
  if (delivery.outcome === "unknown") {
    const { maybeSent } = await db.mail.findUniqueOrThrow({ where: { id: mail.id }, select: { maybeSent: true } });
    return settleUnknown(db, { ...mail, maybeSent }, delivery.problem);
  }
  if (delivery.outcome === "rejected" && delivery.code >= 500) {
    const where = { id: mail.id };
    const { rejections } = await db.mail.update({
      where,
      data: { rejections: { increment: 1 } },
      select: { rejections: true },
    });
    if (rejections >= FINAL_REJECTIONS) {
      await end(db, mail.id, "failed", Prisma.sql`${delivery.problem}`);
      return "failed";
    }
  }
  return retry(db, mail, delivery.problem, false);
}

/** Retries an email that may have been delivered once, and never a third time. */
async function settleUnknown(
  db: Transaction,
  mail: Pick<Waiting, "id" | "attempts" | "maybeSent">,
  problem: string,
): Promise<"failed" | "retried"> {
  if (!mail.maybeSent) return retry(db, mail, problem, true);
  await end(db, mail.id, "failed", Prisma.sql`${`${problem} It may have been delivered.`}`);
  return "failed";
}

async function retry(
  db: Transaction,
  { id, attempts }: Pick<ClaimedMail, "id" | "attempts">,
  problem: string,
  maybeSent: boolean,
): Promise<"retried"> {
  const wait = Math.min(RETRY.firstS * 2 ** (attempts - 1), RETRY.maxS);
  await db.$executeRaw`
    UPDATE "Mail" SET "handedOverAt" = NULL, "maybeSent" = "maybeSent" OR ${maybeSent}, "problem" = ${problem},
      "dueAt" = now() + make_interval(secs => ${wait}::int)
    WHERE "id" = ${id}::uuid AND "attempts" = ${attempts} AND "endedAt" IS NULL`;
  return "retried";
}

async function end(db: Transaction, id: string, outcome: "sent" | "failed", problem: Prisma.Sql): Promise<void> {
  await db.$executeRaw`
    UPDATE "Mail" SET "outcome" = ${outcome}::"MailOutcome", "endedAt" = now(), "handedOverAt" = NULL, "problem" = ${problem}
    WHERE "id" = ${id}::uuid AND "endedAt" IS NULL`;
}
