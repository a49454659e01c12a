import { exportApiKeys } from "#lib/api-keys/list.ts";
import { listQuery } from "#lib/api-keys/model/schema.ts";
import { keyStatus } from "#lib/api-keys/model/status.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { exportCsv } from "#lib/server/csv-export.ts";
import type { CsvRow } from "#lib/text/csv.ts";

const HEAD = [
  "name",
  "prefix",
  "environment",
  "status",
  "created",
  "last used",
  "expires",
  "revoked",
  "id",
  "last four",
  "note",
  "permissions",
  "allowed networks",
  "requests per minute",
  "credits per month",
];

/**
 * Sends the keys that the view in the address shows as a file, without secrets, which aren't
 * stored.
 */
export async function GET(request: Request): Promise<Response> {
  const user = await requireUser();
  const query = listQuery.parse(Object.fromEntries(new URL(request.url).searchParams));
  const now = new Date();
  return exportCsv(request, user.userId, "api-keys", HEAD, pages());

  async function* pages(): AsyncGenerator<CsvRow[]> {
    for await (const keys of exportApiKeys(user.userId, query, now))
      yield keys.map((key) => [
        key.name,
        key.prefix,
        key.environment,
        keyStatus(key, now),
        key.createdAt.toISOString(),
        key.lastUsedAt?.toISOString() ?? null,
        key.expiresAt?.toISOString() ?? null,
        key.revokedAt?.toISOString() ?? null,
        key.id,
        key.lastFour,
        key.note,
        // As the header `GoodTake-Key-Scopes` names full access and no permission.
        key.scopes === null ? "*" : key.scopes || "none",
        key.allowedNetworks,
        key.requestsPerMinute,
        key.creditsPerMonth,
      ]);
  }
}
