import { listQuery } from "#lib/api-keys/model/schema.ts";
import { readKeyList } from "#lib/api-keys/read-key-list.ts";
import { currentUser } from "#lib/auth/require-user.ts";

/**
 * Answers the stamp of the view in the address, so that an open page renders only what has changed.
 */
export async function GET(request: Request): Promise<Response> {
  const headers = { "cache-control": "no-store" };
  const user = await currentUser();
  if (!user) return new Response(null, { status: 401, headers });
  const query = listQuery.parse(Object.fromEntries(new URL(request.url).searchParams));
  const { stamp } = await readKeyList(user.userId, query, new Date());
  return new Response(stamp, { headers });
}
