import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { database } from "#lib/database/client.ts";
import type { RequestNote } from "#lib/usage/batch.ts";

/** The last hour of a day of UTC. */
export const HOUR = Date.parse("2026-11-24T23:00:00Z");

/** Gives each test of a file a database's account with one key, and notes of requests with it. */
export function givenRequestNotes() {
  let close: () => Promise<void>;
  let ada: { id: UserId };
  let apiKeyId: string;
  beforeAll(async () => {
    close = await useOwnDatabase();
  });
  afterAll(() => close());
  beforeEach(async () => {
    ada = await createUser();
    apiKeyId = (await createKey(ada.id)).key.id;
  });
  afterEach(() => vi.restoreAllMocks());
  return {
    userId: () => ada.id,
    apiKeyId: () => apiKeyId,
    note: (change: Partial<RequestNote> = {}): RequestNote => ({
      requestId: randomUUID(),
      userId: ada.id,
      apiKeyId,
      outcome: "ok",
      authenticated: true,
      status: 200,
      at: HOUR + 1_000,
      route: "/api/v1/key",
      address: "203.0.113.7",
      agent: "curl/8",
      ...change,
    }),
    /** Reads the key's counts by hour and outcome. */
    hours: async (): Promise<[string, string, number][]> => {
      const rows = await database().usageHour.findMany({
        where: { apiKeyId },
        orderBy: [{ hour: "asc" }, { outcome: "asc" }],
      });
      return rows.map(({ hour, outcome, requests }) => [hour.toISOString(), outcome, Number(requests)]);
    },
  };
}
