import { createHmac, timingSafeEqual } from "node:crypto";
import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import { NOTICE_SETTINGS, type NoticeSetting } from "#lib/mail/model/notice-settings.ts";

/**
 * Makes the token of an unsubscribe link. It turns off one kind of notice for one user and does
 * nothing else. It never expires, because emails are kept for years.
 */
export function unsubscribeToken(userId: UserId, setting: NoticeSetting): string {
  const subject = `${userId}.${setting}`;
  return `${subject}.${signatureOf(subject)}`;
}

/** Returns the user and kind of a token, or undefined if we didn't make it. */
export function readUnsubscribeToken(token: string): { userId: UserId; setting: NoticeSetting } | undefined {
  const [id = "", name = "", signature = ""] = token.split(".");
  const setting = NOTICE_SETTINGS.find((each) => each === name);
  const [given, own] = [Buffer.from(signature), Buffer.from(signatureOf(`${id}.${name}`))];
  if (!setting || given.length !== own.length || !timingSafeEqual(given, own)) return undefined;
  return { userId: asUserId(id), setting };
}

function signatureOf(subject: string): string {
  return createHmac("sha256", process.env.AUTH_SECRET ?? "")
    .update(`unsubscribe ${subject}`)
    .digest("base64url");
}
