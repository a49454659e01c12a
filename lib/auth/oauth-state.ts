import { hash } from "node:crypto";
import { cookies } from "next/headers";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { ownCookie } from "#lib/auth/own-cookie.ts";

/** Enough for signing up at the provider on the way. */
const SECONDS = 600;
/** Attempts that one browser may have open, in as many tabs. Each takes up to 4 KB of the 16 KB that a request's headers may have. */
const OPEN_MAX = 3;

const attempt = z.object({
  provider: z.string(),
  /** The session to whose account the identity will be linked; null to sign in. */
  sessionId: z.uuid().nullable(),
  /** The path to land on. */
  next: z.string(),
  pkce: z.string().nullable(),
  nonce: z.string().nullable(),
});
/** One way to a provider and back, begun in this browser. Without it the way back does nothing. */
export type OAuthState = z.output<typeof attempt>;

/** The cookies in which next-auth keeps what it compares the provider's answer with: one of each, whatever the number of tabs. */
export function checkCookies() {
  const [state, pkceCodeVerifier, nonce, callbackUrl] = ["state", "pkce", "nonce", "callback-url"].map(ownCookie);
  return { state, pkceCodeVerifier, nonce, callbackUrl } as Record<string, ReturnType<typeof ownCookie>>;
}

/** Moves what next-auth has just put into its cookies into one for this `state`, for 10 minutes. The oldest of too many goes. */
export async function keepOAuthState(state: string, begun: Omit<OAuthState, "pkce" | "nonce">): Promise<void> {
  const jar = await cookies();
  const [pkce, nonce] = [await openCheck("pkce"), await openCheck("nonce")];
  for (const { name } of Object.values(checkCookies())) await removeCookie(name);
  const open = jar.getAll().flatMap(({ name }) => (name.startsWith(prefix()) ? [name] : []));
  for (const name of open.sort().slice(0, -(OPEN_MAX - 1))) await removeCookie(name);
  // The time first, so that names sort by age.
  const { name, options } = ownCookie(`oauth-${Date.now().toString(36)}${mark(state)}`);
  jar.set(name, await seal(name, { ...begun, pkce, nonce }), { ...options, maxAge: SECONDS });
}

/** Takes the attempt with this `state` out of the browser and returns it, if it was begun there, lately and for this provider. */
export async function takeOAuthState(provider: string, state: string): Promise<OAuthState | undefined> {
  const kept = (await cookies()).getAll();
  const cookie = kept.find(({ name }) => name.startsWith(prefix()) && name.endsWith(mark(state)));
  if (!cookie) return undefined;
  await removeCookie(cookie.name);
  const { data } = attempt.safeParse(await unseal(cookie.name, cookie.value));
  return data?.provider === provider ? data : undefined;
}

/** The `Cookie` header with which next-auth finds the attempt as it began it. */
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
  return encode({ token: { ...token }, salt: name, secret: secret(), maxAge: SECONDS });
}

/** Null for what was sealed by somebody else, for another cookie, or too long ago. */
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
