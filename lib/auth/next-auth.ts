import { AsyncLocalStorage } from "node:async_hooks";
import { notFound, redirect } from "next/navigation";
import type { NextRequest } from "next/server";
import NextAuth, { type NextAuthConfig } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { linkProvider } from "#lib/accounts/linked-providers.ts";
import { type ProviderUser, signInWithProvider } from "#lib/accounts/provider-sign-in.ts";
import { findSessionUser, MAX_DAYS, type StartedSession } from "#lib/accounts/sessions.ts";
import { requestCaller } from "#lib/auth/caller.ts";
import { rememberBrowser, signInCaller } from "#lib/auth/known-browser.ts";
import { checkCookieHeader, checkCookies, keepOAuthState, type OAuthState } from "#lib/auth/oauth-state.ts";
import { ownCookie } from "#lib/auth/own-cookie.ts";
import { readProfile } from "#lib/auth/provider-profile.ts";
import { oauthProviders, providerButtons } from "#lib/auth/providers.ts";
import { log } from "#lib/log.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

declare module "next-auth" {
  interface User {
    sessionId?: string;
  }
  interface Session {
    userId?: string;
    sessionId?: string;
  }
}

/** The session that our code has just started, for the cookie. No request can set it. */
const started = new AsyncLocalStorage<StartedSession>();
/** The OAuth state that the current callback belongs to. */
const returned = new AsyncLocalStorage<OAuthState>();

/** Built for each use, because a build has no environment. */
function config(): NextAuthConfig {
  const sessionToken = ownCookie("session");
  // Our server writes PUBLIC_URL into the forwarded headers. These variables would win over them,
  // and make next-auth rebuild each request with Next's own class, which turns 127.0.0.1 into
  // localhost.
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
    session: { strategy: "jwt", maxAge: (MAX_DAYS * DAY_MS) / 1_000 },
    cookies: { sessionToken, ...checkCookies() },
    callbacks: {
      signIn: async ({ user, account, profile }) => {
        if (account?.provider === "session") return true;
        const begun = returned.getStore();
        if (!account || !begun) return false;
        const { provider, providerAccountId: subject } = account;
        const named = { provider, subject, ...readProfile(profile) };
        if (begun.sessionId) return linkTo(begun.sessionId, named);
        const signedIn = await signInWithProvider(named, await signInCaller());
        if (!signedIn.ok) return `/sign-in?error=${signedIn.error}`;
        await rememberBrowser(signedIn.value.userId);
        user.id = signedIn.value.userId;
        user.sessionId = signedIn.value.sessionId;
        return true;
      },
      // The cookie only names a session. Nothing is looked up here, because an error would read as
      // signed out.
      jwt: ({ token, user }) => (user ? { sub: user.id, sid: user.sessionId } : token),
      session: ({ session, token }) => ({
        expires: session.expires,
        userId: token.sub,
        sessionId: typeof token.sid === "string" ? token.sid : undefined,
      }),
    },
    logger: {
      error: (error) => {
        // Anyone can send a broken cookie, so it isn't logged. A build shortens the name of the
        // class.
        if ((error as { type?: string }).type === "JWTSessionError") return;
        log().warn({ err: error, cause: causeOf(error) }, "a sign-in failed");
      },
      warn: (code) => log().debug({ code }, "next-auth warns"),
      debug: () => {},
    },
  };
}

/**
 * Links an identity to the account of the session that began the redirect, if it is still the
 * browser's. Returns the page to show.
 */
async function linkTo(sessionId: string, named: ProviderUser): Promise<string> {
  const session = await auth();
  if (!session?.userId || session.sessionId !== sessionId) return "/sign-in?error=session_over";
  const user = await findSessionUser(session.userId, sessionId);
  if (!user) return "/sign-in?error=session_over";
  const linked = await linkProvider(user, named, await requestCaller());
  return linked.ok ? `/settings/account?linked=${named.provider}` : `/sign-in?error=${linked.error}`;
}

function causeOf(error: Error): string | undefined {
  const { cause } = error as { cause?: { err?: unknown } };
  return cause?.err instanceof Error ? `${cause.err.name}: ${cause.err.message}` : undefined;
}

const { auth, handlers, signIn, signOut } = NextAuth(config);

export { auth };

/** Sets the cookie of a session that the domain has started. */
export async function setSessionCookie(session: StartedSession): Promise<void> {
  await started.run(session, () => signIn("session", { redirect: false, redirectTo: "/" }));
  await rememberBrowser(session.userId);
}

export async function clearSessionCookie(): Promise<void> {
  await signOut({ redirect: false, redirectTo: "/" });
}

/**
 * Redirects to a provider's sign-in page: to sign in and then show `next`, or, with a session, to
 * link the identity that signs in there to the session's account.
 */
export async function continueWith(provider: string, next: string, sessionId: string | null = null): Promise<never> {
  if (!providerButtons().some(({ id }) => id === provider)) notFound();
  const url: string = await signIn(provider, { redirect: false, redirectTo: next });
  const state = new URL(url).searchParams.get("state");
  // Without a state the provider can't be reached, and the address is our own sign-in page.
  if (state) await keepOAuthState(state, { provider, sessionId, next });
  redirect(url);
}

/** Finishes a sign-in or a link with the provider's answer. */
export async function finishOAuth(begun: OAuthState, state: string, request: Request): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("cookie", `${await checkCookieHeader(begun, state)}; ${headers.get("cookie")}`);
  return returned.run(begun, () => handlers.GET(new Request(request, { headers }) as NextRequest));
}
