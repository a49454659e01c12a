import type { UserId } from "#lib/accounts/model/user-id.ts";
import { isOwned } from "#lib/api-keys/key-conditions.ts";
import type { Transaction } from "#lib/database/client.ts";
import type { Prisma } from "#lib/database/generated/client.ts";
import type { MailData } from "#lib/mail/kinds.ts";
import { isMailOn, queueMail } from "#lib/mail/queue-mail.ts";

const NAMED_MAX = 20;

type Row = { id: string; name: string; prefix: string; environment: string; total: number };

/** Queues one email about all of the user's keys that the condition selects. */
export async function tellOfKeys<Kind extends "api_key.revoked" | "api_key.leaked" | "api_key.decoy_used">(
  transaction: Transaction,
  userId: UserId,
  kind: Kind,
  which: Prisma.Sql,
  more: Omit<MailData<Kind>, "keys" | "total">,
): Promise<void> {
  if (!isMailOn()) return;
  const rows = await transaction.$queryRaw<Row[]>`
    SELECT "id", "name", "prefix", "environment"::text AS "environment", (count(*) OVER ())::int AS "total"
    FROM "ApiKey" WHERE ${isOwned(userId)} AND ${which} ORDER BY "createdAt" DESC, "id" LIMIT ${NAMED_MAX}`;
  const [first] = rows;
  if (!first) return;
  const keys = rows.map(({ total: _, ...key }) => key);
  await queueMail(transaction, userId, kind, { keys, total: first.total, ...more } as MailData<Kind>);
}
