import type { UserId } from "#lib/accounts/model/user-id.ts";
import { database } from "#lib/database/client.ts";
import { NOTICE_SETTINGS, type NoticeSetting } from "#lib/mail/model/notice-settings.ts";

/** Returns the notices that the user turned off. */
export async function readMutedNotices(userId: UserId): Promise<NoticeSetting[]> {
  const { mutedNotices } = await database().user.findUniqueOrThrow({
    where: { id: userId },
    select: { mutedNotices: true },
  });
  const muted = mutedNotices.split(" ");
  return NOTICE_SETTINGS.filter((setting) => muted.includes(setting));
}

/** Turns on all notices except these. */
export async function changeMutedNotices(userId: UserId, muted: NoticeSetting[]): Promise<void> {
  const mutedNotices = NOTICE_SETTINGS.filter((setting) => muted.includes(setting)).join(" ");
  await database().user.updateMany({ where: { id: userId, deletedAt: null }, data: { mutedNotices } });
}

/** Turns off one notice. Does nothing if it is already off. */
export async function muteNotice(userId: UserId, setting: NoticeSetting): Promise<void> {
  await database().$executeRaw`
    UPDATE "User" SET "mutedNotices" = trim("mutedNotices" || ' ' || ${setting})
    WHERE "id" = ${userId}::uuid AND "deletedAt" IS NULL AND NOT ${setting} = ANY (string_to_array("mutedNotices", ' '))`;
}
