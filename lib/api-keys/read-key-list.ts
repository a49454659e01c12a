import { createHash } from "node:crypto";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { findWarnings, type KeyWarning } from "#lib/api-keys/key-health.ts";
import { type ApiKeyPage, listApiKeys } from "#lib/api-keys/list.ts";
import { WARNINGS_SHOWN_MAX } from "#lib/api-keys/model/key-warning.ts";
import type { ListQuery } from "#lib/api-keys/model/list-view.ts";

/** What a view of the list shows. `stamp` changes with anything in it. */
export type KeyList = { page: ApiKeyPage; warnings: KeyWarning[]; stamp: string };

/** Reads a view of the list, and a stamp that tells a browser whether to render it again. */
export async function readKeyList(userId: UserId, query: ListQuery, now: Date): Promise<KeyList> {
  const [page, all] = await Promise.all([listApiKeys(userId, query, now), findWarnings(userId, now)]);
  const warnings = all.slice(0, WARNINGS_SHOWN_MAX);
  const stamp = createHash("sha256")
    .update(JSON.stringify([page, warnings]))
    .digest("hex");
  return { page, warnings, stamp };
}
