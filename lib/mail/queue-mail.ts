import type { UserId } from "#lib/accounts/model/user-id.ts";
import { env } from "#lib/config/env.ts";
import type { Transaction } from "#lib/database/client.ts";
import { type MailData, type MailKind, templateOf } from "#lib/mail/kinds.ts";

/** After this, an outage needs the operator: see `npm run mail`. */
export const GIVE_UP_HOURS = 72;

/** Tells whether this installation sends email. */
export function isMailOn(): boolean {
  return env().SMTP_URL !== undefined;
}

/**
 * Queues an email to a user in the transaction that it reports, so that both happen or neither.
 * Does nothing without `SMTP_URL`, for a notice that the user turned off, and for an unverified
 * address unless the email verifies it. Queue one email for each action, even if it concerns many
 * keys.
 *
 * @param recipient another address than the account's, such as its former one.
 */
export async function queueMail<Kind extends MailKind>(
  transaction: Transaction,
  userId: UserId,
  kind: Kind,
  data: MailData<Kind>,
  recipient: string | null = null,
): Promise<void> {
  if (!isMailOn()) return;
  const { goodForHours = GIVE_UP_HOURS, toUnverified = false, setting = "" } = templateOf(kind);
  await transaction.$executeRaw`
    INSERT INTO "Mail" ("userId", "kind", "data", "recipient", "giveUpAt")
    SELECT "id", ${kind}, ${JSON.stringify(data)}::jsonb, ${recipient}, now() + make_interval(hours => ${goodForHours}::int)
    FROM "User" WHERE "id" = ${userId}::uuid AND (${toUnverified} OR "emailVerifiedAt" IS NOT NULL)
      AND ${setting} <> ALL (string_to_array("mutedNotices", ' '))`;
}
