import type { ApiKeyEnvironment } from "#lib/api-keys/model/environment.ts";
import { KEY_SHAPE } from "#lib/api-keys/model/key-text.ts";
import type { WarningKind } from "#lib/api-keys/model/key-warning.ts";
import type { ApiKeyStatus } from "#lib/api-keys/model/status.ts";

// The browser loads this file with the list, so it imports no Zod. `listQuery` in schema.ts parses
// an address.
export const PAGE_SIZE = 25;
export const SEARCH_MAX = 100;
export const SORT_COLUMNS = ["name", "key", "created", "lastUsed", "expires", "status"] as const;

/** Active keys that no request has used, and old keys of a rotation that programs still use. */
export const USES = ["never", "old_key"] as const;

/** Selects keys with or without restrictions. */
export const RESTRICTED = ["yes", "no"] as const;

/** The direction in which a column is sorted first: texts start with A, times with the latest. */
export function firstDirection(sort: (typeof SORT_COLUMNS)[number]): "asc" | "desc" {
  return sort === "name" || sort === "key" || sort === "status" ? "asc" : "desc";
}

/** The view of the list as the address holds it. Links keep the name `finding` for a warning. */
export type ListQuery = {
  q: string;
  status: ApiKeyStatus | null;
  environment: ApiKeyEnvironment | null;
  finding: WarningKind | null;
  use: (typeof USES)[number] | null;
  restricted: (typeof RESTRICTED)[number] | null;
  sort: (typeof SORT_COLUMNS)[number];
  direction: "asc" | "desc";
  page: number;
};

/** The part of it that filters keys. The rest orders them. */
export type View = Pick<ListQuery, "q" | "status" | "environment" | "finding" | "use" | "restricted">;

/** All keys. */
export const UNFILTERED: View = { q: "", status: null, environment: null, finding: null, use: null, restricted: null };

export const DEFAULT_VIEW: ListQuery = {
  ...UNFILTERED,
  sort: "created",
  direction: "desc",
  page: 1,
};

/** Returns the text to search for: nothing if it may hold a key. */
export function searchText(typed: string): string {
  if (KEY_SHAPE.test(typed) || typed.includes("\0")) return DEFAULT_VIEW.q;
  return typed.trim().slice(0, SEARCH_MAX);
}
