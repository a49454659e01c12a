import { AsyncLocalStorage } from "node:async_hooks";
import { notFound } from "next/navigation";
import NextAuth, { type NextAuthConfig } from "next-auth";
import Credentials from "next-auth/providers/credentials";
import { signInWithProvider } from "#lib/accounts/provider-sign-in.ts";
import { MAX_DAYS, type StartedSession } from "#lib/accounts/sessions.ts";
import { requestCaller } from "#lib/auth/caller.ts";
import { readProfile } from "#lib/auth/provider-profile.ts";
import { oauthProviders, providerButtons } from "#lib/auth/providers.ts";
import { env } from "#lib/env.ts";
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

/** Built on first use and not at import, because a build has no environment. */
function config(): NextAuthConfig {
  const { PUBLIC_URL } = env();
  const secure = PUBLIC_URL?.startsWith("https:") ?? false;
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
    useSecureCookies: secure,
    session: { strategy: "jwt", maxAge: MAX_DAYS * 86_400 },
    cookies: {
      sessionToken: {
        name: secure ? "__Host-goodtake-session" : "goodtake-session",
        options: { httpOnly: true, sameSite: "lax", path: "/", secure },
      },
    },
    callbacks: {
      signIn: async ({ user, account, profile }) => {
        if (account?.provider === "session") return true;
        if (!account) return false;
        const signedIn = await signInWithProvider(
          { provider: account.provider, subject: account.providerAccountId, ...readProfile(profile) },
          await requestCaller(),
        );
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

function causeOf(error: Error): string | undefined {
  const { cause } = error as { cause?: { err?: unknown } };
  return cause?.err instanceof Error ? `${cause.err.name}: ${cause.err.message}` : undefined;
}

export const { auth, handlers, signIn, signOut } = NextAuth(config);

/** Gives the browser the cookie of a session that the domain has started. */
export async function setSessionCookie(session: StartedSession): Promise<void> {
  await started.run(session, () => signIn("session", { redirect: false, redirectTo: "/" }));
}

export async function clearSessionCookie(): Promise<void> {
  await signOut({ redirect: false, redirectTo: "/" });
}

/** Sends the browser to a provider's own sign-in page; `next` is where it lands afterwards. Never returns. */
export async function continueWith(provider: string, next: string): Promise<void> {
  if (!providerButtons().some(({ id }) => id === provider)) notFound();
  await signIn(provider, { redirectTo: next });
}
