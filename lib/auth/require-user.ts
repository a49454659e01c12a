import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { findSessionUser, type SessionUser } from "#lib/accounts/sessions.ts";
import { noteBegun, requestedPath, withRequestId } from "#lib/auth/current-request.ts";
import { auth } from "#lib/auth/next-auth.ts";
import { ownCookie } from "#lib/auth/own-cookie.ts";
import { safeNext } from "#lib/auth/safe-next.ts";

/**
 * Finds the signed-in user by the session's row that the cookie names, once a request; null if
 * signed out. A database that doesn't answer throws, so that it never reads as signed out.
 */
export const currentUser = cache(
  withRequestId(async (): Promise<SessionUser | null> => {
    noteBegun();
    const session = await auth();
    if (!session?.sessionId || !session.userId) return null;
    return findSessionUser(session.userId, session.sessionId);
  }),
);

/**
 * Returns the signed-in user, or redirects to the sign-in page, which leads back. Every page and
 * action of a user calls it. After an action, or with the cookie of a session that has ended, the
 * sign-in page says so.
 */
export async function requireUser(): Promise<SessionUser> {
  const user = await currentUser();
  if (user) return user;
  const parameters = new URLSearchParams();
  const next = requestedPath();
  if (next) parameters.set("next", safeNext(next));
  if ((await headers()).has("next-action") || (await cookies()).has(ownCookie("session").name))
    parameters.set("notice", "signed_out");
  redirect(parameters.size > 0 ? `/sign-in?${parameters}` : "/sign-in");
}
