import { muteNotice } from "#lib/mail/muted-notices.ts";
import { readUnsubscribeToken } from "#lib/mail/unsubscribe-token.ts";

type Context = { params: Promise<{ token: string }> };

/**
 * Answers an email client's one-click request (RFC 8058), which has no session and no `Origin`. Our
 * server routes `POST /unsubscribe/<token>` here.
 */
export async function POST(_: Request, { params }: Context): Promise<Response> {
  const read = readUnsubscribeToken((await params).token);
  if (!read) return new Response("This link is incomplete.\n", { status: 400 });
  await muteNotice(read.userId, read.setting);
  return new Response("You're unsubscribed.\n");
}
