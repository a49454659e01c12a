import { currentUser } from "#lib/auth/require-user.ts";
import { listNewerLogs } from "#lib/usage/logs.ts";
import { newerLogsQuery } from "#lib/usage/model/logs-query.ts";

const NO_STORE = { "cache-control": "no-store" };

/** Answers a poll of Logs with the requests since a time. A signed-out browser gets 401. */
export async function GET(request: Request): Promise<Response> {
  const user = await currentUser();
  if (!user) return Response.json({ error: "signed_out" }, { status: 401, headers: NO_STORE });
  const { since, ...filter } = newerLogsQuery.parse(Object.fromEntries(new URL(request.url).searchParams));
  return Response.json(await listNewerLogs(user.userId, filter, new Date(since)), { headers: NO_STORE });
}
