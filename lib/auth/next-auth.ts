import { AsyncLocalStorage } from "node:async_hooks";
import { notFound, redirect } from "next/navigation";
import type { NextRequest } from "next/server";
import NextAuth, { type NextAuthConfig } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { linkProvider } from "#lib/accounts/linked-providers.ts";
import { type ProviderUser, signInWithProvider } from "#lib/accounts/provider-sign-in.ts";
import { findSessionUser, MAX_DAYS, type StartedSession } from "#lib/accounts/sessions.ts";
import { requestCaller } from "#lib/auth/caller.ts";
import { checkCookieHeader, checkCookies, keepOAuthState, type OAuthState } from "#lib/auth/oauth-state.ts";
import { ownCookie } from "#lib/auth/own-cookie.ts";
import { readProfile } from "#lib/auth/provider-profile.ts";
import { oauthProviders, providerButtons } from "#lib/auth/providers.ts";
import { log } from "#lib/log.ts";

declare module "next-auth" {
  interface User {
    sessionId?: string;
  }
  interface Session {
    userId?: string;
    sessionId?: string;
  }
}

/** The session that our own code has just started, on its way into a cookie. No request can put one here. */
const started = new AsyncLocalStorage<StartedSession>();
/** The attempt that the current request comes back from. */
const returning = new AsyncLocalStorage<OAuthState>();

/** Built for each use and not at import, because a build has no environment. */
function config(): NextAuthConfig {
  const sessionToken = ownCookie("session");
  // Our address is what the server writes into the forwarded headers, from PUBLIC_URL. These would win over it, and with
  // them next-auth rebuilds each request with Next's own class, which turns 127.0.0.1 into localhost.
  delete process.env.AUTH_URL;
  delete process.env.NEXTAUTH_URL;
  return {
    providers: [
      ...oauthProviders(),
      Credentials({
        id: "session",
        authorize: () => {
          const session = started.getStore();
          return session ? { id: session.userId, sessionId: session.sessionId } : null;
        },
      }),
    ],
    pages: { signIn: "/sign-in", error: "/sign-in" },
    // The server checks the host before a request comes here.
    trustHost: true,
    useSecureCookies: sessionToken.options.secure,
    session: { strategy: "jwt", maxAge: MAX_DAYS * 86_400 },
    cookies: { sessionToken, ...checkCookies() },
    callbacks: {
      signIn: async ({ user, account, profile }) => {
        if (account?.provider === "session") return true;
        const attempt = returning.getStore();
        if (!account || !attempt) return false;
        const { provider, providerAccountId: subject } = account;
        const person = { provider, subject, ...readProfile(profile) };
        if (attempt.sessionId) return linkTo(attempt.sessionId, person);
        const signedIn = await signInWithProvider(person, await requestCaller());
        if (!signedIn.ok) return `/sign-in?error=${signedIn.error}`;
        user.id = signedIn.value.userId;
        user.sessionId = signedIn.value.sessionId;
        return true;
      },
      // The cookie names a session and says nothing more. Reads do no work here: an error would read as signed out.
      jwt: ({ token, user }) => (user ? { sub: user.id, sid: user.sessionId } : token),
      session: ({ session, token }) => ({
        expires: session.expires,
        userId: token.sub,
        sessionId: typeof token.sid === "string" ? token.sid : undefined,
      }),
    },
    logger: {
      error: (error) => {
        // Anybody can send a broken cookie; it is no news. A build shortens the name of the class.
        if ((error as { type?: string }).type === "JWTSessionError") return;
        log().warn({ err: error, cause: causeOf(error) }, "a sign-in failed");
      },
      warn: (code) => log().debug({ code }, "next-auth warns"),
      debug: () => {},
    },
  };
}

/** Links to the account of the session that has sent the browser on this way, if it is still the browser's; says where to go on. */
async function linkTo(sessionId: string, person: ProviderUser): Promise<string> {
  const session = await auth();
  if (!session?.userId || session.sessionId !== sessionId) return "/sign-in?error=session_over";
  const user = await findSessionUser(session.userId, sessionId);
  if (!user) return "/sign-in?error=session_over";
  const linked = await linkProvider(user, person, await requestCaller());
  return linked.ok ? `/settings/account?linked=${person.provider}` : `/sign-in?error=${linked.error}`;
}

function causeOf(error: Error): string | undefined {
  const { cause } = error as { cause?: { err?: unknown } };
  return cause?.err instanceof Error ? `${cause.err.name}: ${cause.err.message}` : undefined;
}

const { auth, handlers, signIn, signOut } = NextAuth(config);

export { auth };

/** Gives the browser the cookie of a session that the domain has started. */
export async function setSessionCookie(session: StartedSession): Promise<void> {
  await started.run(session, () => signIn("session", { redirect: false, redirectTo: "/" }));
}

export async function clearSessionCookie(): Promise<void> {
  await signOut({ redirect: false, redirectTo: "/" });
}

/**
 * Sends the browser to a provider's own sign-in page: to sign in and land on `next`, or, with a session, to link to its account
 * whoever signs in there.
 */
export async function continueWith(provider: string, next: string, sessionId: string | null = null): Promise<never> {
  if (!providerButtons().some(({ id }) => id === provider)) notFound();
  const url: string = await signIn(provider, { redirect: false, redirectTo: next });
  const state = new URL(url).searchParams.get("state");
  // Without one this is no way to the provider but back to us, because it can't be reached.
  if (state) await keepOAuthState(state, { provider, sessionId, next });
  redirect(url);
}

/** Finishes the attempt with the provider's answer. */
export async function finishOAuth(attempt: OAuthState, state: string, request: Request): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("cookie", `${await checkCookieHeader(attempt, state)}; ${headers.get("cookie")}`);
  return returning.run(attempt, () => handlers.GET(new Request(request, { headers }) as NextRequest));
}
