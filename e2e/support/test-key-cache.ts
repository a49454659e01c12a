import { afterEach, beforeEach, vi } from "vitest";
import { createKey as createTestKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { KeyCache } from "#lib/api-keys/key-cache.ts";
import type { CacheQuery } from "#lib/api-keys/key-cache-queries.ts";
import { secretId } from "#lib/api-keys/secret.ts";
import { queryPool } from "#lib/api-keys/verify.ts";

/** The user and the cache of the current test. */
export let ada: { id: UserId };
export let cache: KeyCache;
/** What the cache asks the database. */
export const asked = vi.fn(queryPool);

/** Gives each test of a file, which has a database, a user and a cache. */
export function keyCachePerTest(): void {
  beforeEach(async () => {
    ada = await createUser();
    cache = new KeyCache(asked as CacheQuery);
  });
  afterEach(() => {
    cache.close();
    asked.mockReset();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

export async function createKey(): Promise<{ id: string; hash: string }> {
  const { key, secret } = await createTestKey(ada.id);
  return { id: key.id, hash: secretId(secret) };
}
