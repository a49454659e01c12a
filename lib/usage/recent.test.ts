import { expect, test } from "vitest";
import { givenRequestNotes } from "#e2e/support/request-notes.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { listApiKeys } from "#lib/api-keys/list.ts";
import { listQuery } from "#lib/api-keys/model/schema.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import { countRecentRequests } from "#lib/usage/recent.ts";
import { flushUsage, recordRequest } from "#lib/usage/recorder.ts";

const { userId, apiKeyId, note } = givenRequestNotes();

test("the requests of the last 24 hours include all outcomes of the given keys and no older hour", async () => {
  const now = Date.now();
  for (const at of [now, now - 23.9 * HOUR_MS, now - 25 * HOUR_MS - 1]) recordRequest(note({ at }));
  recordRequest(note({ at: now, outcome: "rate_limited" }));
  const { key: other } = await createKey(userId());
  recordRequest(note({ at: now, apiKeyId: other.id }));
  await flushUsage();
  expect(await countRecentRequests(userId(), [apiKeyId()])).toEqual(new Map([[apiKeyId(), 3]]));
  const { rows } = await listApiKeys(userId(), listQuery.parse({}), new Date());
  expect(rows.map((key) => key.recentRequests)).toEqual([1, 3]);
  const byHour = rows.map((key) => key.requestsByHour);
  expect(byHour.map((hours) => hours.length)).toEqual([25, 25]);
  expect(byHour.map((hours) => hours.at(-1))).toEqual([1, 2]);
});
