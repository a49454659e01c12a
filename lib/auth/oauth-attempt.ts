import { hash } from "node:crypto";
import { cookies } from "next/headers";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { ownCookie } from "#lib/auth/own-cookie.ts";

/** Enough for signing up at the provider on the way. */
const SECONDS = 600;
/** Attempts that one browser may have open, in as many tabs. Each takes about 2 KB of the 16 KB that a request's headers may have. */
const OPEN_MAX = 3;

const attempt = z.object({
  provider: z.string(),
  /** The session to whose account the identity will be linked; null to sign in. */
  sessionId: z.uuid().nullable(),
  /** What next-auth compares the provider's answer with (state, PKCE, nonce), and where it leads then: its cookies by name. */
  checks: z.record(z.string(), z.string()),
});
/** One way to a provider and back, begun in this browser. Without it the way back does nothing. */
export type OAuthAttempt = z.output<typeof attempt>;

/** next-auth has one cookie for each of these, so that a second tab would overwrite the first one's. */
const CHECKS = ["state", "pkce", "nonce", "callback-url"] as const;

/** The names and options of next-auth's cookies on the way to a provider, as its `cookies` option wants them. */
export function checkCookies() {
  const [state, pkceCodeVerifier, nonce, callbackUrl] = CHECKS.map(ownCookie);
  return { state, pkceCodeVerifier, nonce, callbackUrl };
}

/** Moves the cookies that next-auth has just set into one for this `state`, sealed, for 10 minutes. The oldest of too many goes. */
export async function keepAttempt(state: string, begun: Omit<OAuthAttempt, "checks">): Promise<void> {
  const jar = await cookies();
  const checks: OAuthAttempt["checks"] = {};
  for (const { name } of CHECKS.map(ownCookie)) {
    checks[name] = jar.get(name)?.value ?? "";
    await removeCookie(name);
  }
  const open = jar.getAll().flatMap(({ name }) => (name.startsWith(prefix()) ? [name] : []));
  for (const name of open.sort().slice(0, -(OPEN_MAX - 1))) await removeCookie(name);
  // The time first, so that names sort by age.
  const { name, options } = ownCookie(`oauth-${Date.now().toString(36)}${mark(state)}`);
  const sealed = await encode({ token: { ...begun, checks }, salt: name, secret: secret(), maxAge: SECONDS });
  jar.set(name, sealed, { ...options, maxAge: SECONDS });
}

/** Takes the attempt with this `state` out of the browser and returns it, if it was begun there, lately and for this provider. */
export async function takeAttempt(provider: string, state: string | null): Promise<OAuthAttempt | undefined> {
  if (!state) return undefined;
  const kept = (await cookies()).getAll();
  const cookie = kept.find(({ name }) => name.startsWith(prefix()) && name.endsWith(mark(state)));
  if (!cookie) return undefined;
  await removeCookie(cookie.name);
  // Whatever can't be opened was sealed by somebody else, for another state, or too long ago.
  const opened = await decode({ token: cookie.value, salt: cookie.name, secret: secret() }).catch(() => null);
  const { data } = attempt.safeParse(opened);
  return data?.provider === provider ? data : undefined;
}

function prefix(): string {
  return ownCookie("oauth-").name;
}

function mark(state: string): string {
  return `-${hash("sha256", state, "base64url")}`;
}

async function removeCookie(name: string): Promise<void> {
  (await cookies()).set(name, "", { ...ownCookie("").options, maxAge: 0 });
}

function secret(): string {
  return process.env.AUTH_SECRET ?? "";
}
