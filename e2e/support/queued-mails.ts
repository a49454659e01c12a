import { createVerifiedUser } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { database } from "#lib/database/client.ts";
import { type MailKind, templateOf } from "#lib/mail/kinds.ts";
import { changeMutedNotices } from "#lib/mail/muted-notices.ts";

/** Creates a user who gets no emails about key changes. */
export async function createQuietUser(name?: string) {
  const user = await createVerifiedUser(name);
  await changeMutedNotices(user.id, ["key_changes"]);
  return user;
}

/** Reads and removes the emails that wait for a user, oldest first. */
export async function takeMails(userId: UserId) {
  const rows = await database().mail.findMany({
    where: { userId },
    select: { id: true, kind: true, data: true },
    orderBy: { createdAt: "asc" },
  });
  await database().mail.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
  return rows.map(({ kind, data }) => ({ kind, ...templateOf(kind as MailKind).write(data as never) }));
}

/** Reads and removes the emails that wait for a user. Returns their subjects. */
export async function takeSubjects(userId: UserId): Promise<string[]> {
  return (await takeMails(userId)).map(({ subject }) => subject);
}
