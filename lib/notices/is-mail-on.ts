import { env } from "#lib/config/env.ts";

/** Tells whether mails are sent. Without them nothing counts as noticed. */
export function isMailOn(): boolean {
  return env().SMTP_URL !== undefined;
}
