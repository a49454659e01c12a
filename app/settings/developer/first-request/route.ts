import { findFirstRequest } from "#lib/api-keys/first-request.ts";
import { apiKeyId } from "#lib/api-keys/model/schema.ts";
import { currentUser } from "#lib/auth/require-user.ts";
import { findLastUse } from "#lib/usage/recent.ts";

/**
 * Answers whether a first request has come, with the key in the address or with any of the account.
 */
export async function GET(request: Request): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  const user = await currentUser();
  if (!user) return new Response(null, { status: 401, headers });
  const asked = new URL(request.url).searchParams.get("key");
  if (asked === null) return new Response(await findFirstRequest(user.userId, new Date()), { headers });
  const id = apiKeyId.safeParse(asked);
  const used = id.success && (await findLastUse(user.userId, id.data));
  return new Response(used ? "received" : "waiting", { headers });
}
