import { cookies } from "next/headers";
import { decode, encode } from "next-auth/jwt";
import { z } from "zod";
import { ownCookie } from "#lib/auth/own-cookie.ts";

/** Enough for signing up at the provider on the way. */
const SECONDS = 600;

const errand = z.object({
  provider: z.string(),
  /** The `state` that the provider will give back: an errand is for one way, and for no other that a browser may be led. */
  state: z.string().min(1),
  /** The session to whose account the identity will be linked; null to sign in. */
  sessionId: z.uuid().nullable(),
});
/** What a way to a provider and back is for. Without one, or with another's, the way back does nothing. */
export type Errand = z.output<typeof errand>;

/** Gives the browser the errand, sealed, for 10 minutes; it replaces one that was not finished. */
export async function giveErrand(given: Errand): Promise<void> {
  const { name, options } = ownCookie("errand");
  const sealed = await encode({ token: given, salt: name, secret: secret(), maxAge: SECONDS });
  (await cookies()).set(name, sealed, { ...options, maxAge: SECONDS });
}

/** Takes the browser's errand away and returns it, if it is for this way. */
export async function takeErrand(provider: string, state: string | null): Promise<Errand | undefined> {
  const { name, options } = ownCookie("errand");
  const jar = await cookies();
  const token = jar.get(name)?.value ?? "";
  jar.set(name, "", { ...options, maxAge: 0 });
  // Whatever can't be opened was sealed by somebody else, for something else, or too long ago.
  const opened = await decode({ token, salt: name, secret: secret() }).catch(() => null);
  const { data } = errand.safeParse(opened);
  return data?.provider === provider && data.state === state ? data : undefined;
}

function secret(): string {
  return process.env.AUTH_SECRET ?? "";
}
