import { redirect } from "next/navigation";
import type { NextRequest } from "next/server";
import { finishOAuth } from "#lib/auth/next-auth.ts";
import { takeOAuthState } from "#lib/auth/oauth-state.ts";
import { providerButtons } from "#lib/auth/providers.ts";

/**
 * Only the way back from a configured provider. next-auth's other endpoints stay shut: our forms are server actions, and
 * `/api/auth/session` would delete the cookie when the database is away. A callback that this browser has begun no attempt for
 * ends here, before the provider is asked anything.
 */
export async function GET(request: NextRequest): Promise<Response> {
  const provider = /^\/api\/auth\/callback\/([a-z]+)$/.exec(request.nextUrl.pathname)?.[1];
  if (!provider || !providerButtons().some(({ id }) => id === provider)) return new Response(null, { status: 404 });
  const state = request.nextUrl.searchParams.get("state");
  const attempt = state && (await takeOAuthState(provider, state));
  if (!attempt) redirect("/sign-in?error=oauth_state_lost");
  return finishOAuth(attempt, state, atOwnAddress(request));
}

/**
 * Next gives the address it listens on; the provider was told the one that the browser knows, which the server has put into
 * these headers. A plain request, because Next's own class turns 127.0.0.1 into localhost.
 */
function atOwnAddress({ nextUrl, headers }: NextRequest): Request {
  const origin = `${headers.get("x-forwarded-proto")}://${headers.get("x-forwarded-host")}`;
  return new Request(new URL(nextUrl.pathname + nextUrl.search, origin), { headers });
}
