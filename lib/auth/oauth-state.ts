import { hash } from "node:crypto";
import { cookies } from "next/headers";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { ownCookie } from "#lib/auth/own-cookie.ts";

/** Long enough for signing up at the provider. */
const LIFETIME_S = 600;
/**
 * Redirects that one browser may have open, in as many tabs. Each takes up to 4 KB of the 16 KB of
 * a request's headers.
 */
const OPEN_MAX = 3;

const oauthState = z.object({
  provider: z.string(),
  /** The session whose account gets the identity; null to sign in. */
  sessionId: z.uuid().nullable(),
  /** The path to show afterwards. */
  next: z.string(),
  pkce: z.string().nullable(),
  nonce: z.string().nullable(),
});
/** One redirect to a provider, begun in this browser. A callback without one is rejected. */
export type OAuthState = z.output<typeof oauthState>;

/**
 * Returns the cookies in which next-auth keeps what it checks the provider's answer against: one of
 * each for all tabs.
 */
export function checkCookies() {
  const [state, pkceCodeVerifier, nonce, callbackUrl] = ["state", "pkce", "nonce", "callback-url"].map(ownCookie);
  return { state, pkceCodeVerifier, nonce, callbackUrl } as Record<string, ReturnType<typeof ownCookie>>;
}

/**
 * Moves what next-auth has just set in its cookies to a cookie for this `state`, for 10 minutes.
 * Removes the oldest of too many.
 */
export async function keepOAuthState(state: string, begun: Omit<OAuthState, "pkce" | "nonce">): Promise<void> {
  const jar = await cookies();
  const [pkce, nonce] = [await openCheck("pkce"), await openCheck("nonce")];
  for (const { name } of Object.values(checkCookies())) await removeCookie(name);
  const open = jar.getAll().flatMap(({ name }) => (name.startsWith(prefix()) ? [name] : []));
  for (const name of open.sort().slice(0, -(OPEN_MAX - 1))) await removeCookie(name);
  // The time first, so that names sort by age.
  const { name, options } = ownCookie(`oauth-${Date.now().toString(36)}${mark(state)}`);
  jar.set(name, await seal(name, { ...begun, pkce, nonce }), { ...options, maxAge: LIFETIME_S });
}

/**
 * Removes the cookie of this `state` and returns what it holds, if this browser began it in the
 * last 10 minutes for this provider.
 */
export async function takeOAuthState(provider: string, state: string): Promise<OAuthState | undefined> {
  const kept = (await cookies()).getAll();
  const cookie = kept.find(({ name }) => name.startsWith(prefix()) && name.endsWith(mark(state)));
  if (!cookie) return undefined;
  await removeCookie(cookie.name);
  const { data } = oauthState.safeParse(await unseal(cookie.name, cookie.value));
  return data?.provider === provider ? data : undefined;
}

/** Returns the `Cookie` header in which next-auth finds its own cookies as it set them. */
export async function checkCookieHeader({ provider, next, pkce, nonce }: OAuthState, state: string): Promise<string> {
  const pairs = [`${ownCookie("callback-url").name}=${encodeURIComponent(next)}`];
  for (const [check, value] of Object.entries({ state, pkce, nonce })) {
    const { name } = ownCookie(check);
    if (value) pairs.push(`${name}=${await seal(name, { value, provider })}`);
  }
  return pairs.join("; ");
}

async function openCheck(check: "pkce" | "nonce"): Promise<string | null> {
  const { name } = ownCookie(check);
  const opened = await unseal(name, (await cookies()).get(name)?.value);
  return typeof opened?.value === "string" ? opened.value : null;
}

function seal(name: string, token: object): Promise<string> {
  return encode({ token: { ...token }, salt: name, secret: secret(), maxAge: LIFETIME_S });
}

/**
 * Returns null for a value that was sealed with another secret, for another cookie, or too long
 * ago.
 */
function unseal(name: string, token: string | undefined) {
  return decode({ token, salt: name, secret: secret() }).catch(() => null);
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
