import { redirect } from "next/navigation";
import type { NextRequest } from "next/server";
import { finishOAuth } from "#lib/auth/next-auth.ts";
import { takeOAuthState } from "#lib/auth/oauth-state.ts";
import { providerButtons } from "#lib/auth/providers.ts";

/**
 * Serves the callback of a configured provider only. next-auth's other endpoints stay closed: our
 * forms are server actions, and `/api/auth/session` would delete the cookie when the database is
 * away. A callback without a state of this browser ends here, before the provider is asked
 * anything.
 */
export async function GET(request: NextRequest): Promise<Response> {
  const provider = /^\/api\/auth\/callback\/([a-z]+)$/.exec(request.nextUrl.pathname)?.[1];
  if (!provider || !providerButtons().some(({ id }) => id === provider)) return new Response(null, { status: 404 });
  const state = request.nextUrl.searchParams.get("state");
  const begun = state && (await takeOAuthState(provider, state));
  if (!begun) redirect("/sign-in?error=oauth_state_lost");
  return finishOAuth(begun, state, atOwnAddress(request));
}

/**
 * Returns the request with the address that the provider redirected to, from the headers that our
 * server has set: Next gives the address that it listens on. It is a plain request, because Next's
 * own class turns 127.0.0.1 into localhost.
 */
function atOwnAddress({ nextUrl, headers }: NextRequest): Request {
  const origin = `${headers.get("x-forwarded-proto")}://${headers.get("x-forwarded-host")}`;
  return new Request(new URL(nextUrl.pathname + nextUrl.search, origin), { headers });
}
