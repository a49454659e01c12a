import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { findSessionUser, type SessionUser } from "#lib/accounts/sessions.ts";
import { noteBegun, requestedPath } from "#lib/auth/current-request.ts";
import { auth } from "#lib/auth/next-auth.ts";
import { safeNext } from "#lib/auth/safe-next.ts";

/**
 * Who is signed in, or null. Asked once a request, of the session's row: the cookie only names it. A database that doesn't
 * answer throws, and so never reads as signed out.
 */
export const currentUser = cache(async (): Promise<SessionUser | null> => {
  noteBegun();
  const session = await auth();
  if (!session?.sessionId || !session.userId) return null;
  return findSessionUser(session.userId, session.sessionId);
});

/**
 * The gate of every page and action that belongs to a person: whoever isn't signed in is sent to do so, and then back. Who pressed
 * something is told that it was not done.
 */
export async function requireUser(): Promise<SessionUser> {
  const user = await currentUser();
  if (user) return user;
  const parameters = new URLSearchParams();
  const next = requestedPath();
  if (next) parameters.set("next", safeNext(next));
  if ((await headers()).has("next-action")) parameters.set("notice", "signed_out");
  redirect(parameters.size > 0 ? `/sign-in?${parameters}` : "/sign-in");
}
