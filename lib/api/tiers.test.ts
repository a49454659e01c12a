import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { setTier } from "#lib/accounts/store.ts";
import { outliveLeases } from "#lib/api-keys/lease.ts";
import { env } from "#lib/config/env.ts";
import { DEFAULT_TIERS } from "#lib/config/tiers.ts";
import { database } from "#lib/database/client.ts";
import { log } from "#lib/log.ts";

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;
const FREE = DEFAULT_TIERS.free;
const REREAD_MS = 10_000;

let api: TestApi;
let close: () => Promise<void>;
let removeFolder: () => Promise<void>;
let file: string;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  close = await useOwnDatabase();
  const folder = await temporaryDirectory();
  removeFolder = folder.remove;
  file = path.join(folder.directory, "tiers.json");
  env().TIERS_FILE = file;
  await write({ free: FREE, pro: { ...FREE, requestsPerMinute: 120 } });
  api = await startApi();
});
afterAll(async () => {
  vi.useRealTimers();
  api.close();
  await close();
  await removeFolder();
});
/** Lets each test reread the file at once. */
beforeEach(() => {
  vi.advanceTimersByTime(2 * REREAD_MS);
});
afterEach(() => vi.restoreAllMocks());

const write = (content: unknown) => writeFile(file, JSON.stringify(content));
/** Acts as another process, which has another table of tiers. */
async function moveTo(id: string, tier: string): Promise<void> {
  await database().user.update({ where: { id }, data: { tier }, select: { id: true } });
  await outliveLeases();
}

async function userWithKey(tier = "free") {
  const { id } = await createUser("Ada", tier);
  return { id, secret: (await createKey(id)).secret };
}
async function policyOf(secret: string): Promise<string | null> {
  const answer = await api.call("/auth", {}, secret);
  expect(answer.status).toBe(204);
  return answer.headers.get("ratelimit-policy");
}

test("a tier that was added after the start is read when the first account gets it", async () => {
  const ada = await userWithKey();
  expect(await policyOf(ada.secret)).toBe('"free";q=20;w=60');
  await write({ free: FREE, pro: { ...FREE, requestsPerMinute: 120 }, added: { ...FREE, requestsPerMinute: 77 } });
  await moveTo(ada.id, "added");
  expect(await policyOf(ada.secret)).toBe('"added";q=77;w=60');
  expect(await setTier(ada.id, "pro", OPERATOR)).toEqual({ ok: true });
  expect(await policyOf(ada.secret)).toBe('"pro";q=120;w=60');
});

test("an account of a tier that is in no file keeps the limits that it had, and the log says so once in 10 seconds", async () => {
  const ada = await userWithKey("pro");
  expect(await policyOf(ada.secret)).toBe('"pro";q=120;w=60');
  const complained = vi.spyOn(log(), "error");
  await moveTo(ada.id, "mistyped");
  for (let i = 0; i < 5; i += 1) expect(await policyOf(ada.secret)).toBe('"mistyped";q=120;w=60');
  expect((await api.call("/key", {}, ada.secret)).status).toBe(200);
  expect((await api.call("/auth?cost=1", {}, ada.secret)).status).toBe(204);
  expect(complained.mock.calls).toEqual([[expect.stringContaining('no tier "mistyped"')]]);
});

test("one that was never seen in another tier gets the limits of the first tier, and not more", async () => {
  const { secret } = await userWithKey("constructor");
  expect(await policyOf(secret)).toBe('"constructor";q=20;w=60');
});

test("the file is read again at most once in 10 seconds, and a bad one leaves the limits as they are", async () => {
  const ada = await userWithKey();
  await policyOf(ada.secret);
  await moveTo(ada.id, "late");
  const complained = vi.spyOn(log(), "error");
  await writeFile(file, "{");
  expect(await policyOf(ada.secret)).toBe('"late";q=20;w=60');
  expect(complained.mock.calls).toEqual([[expect.stringMatching(/TIERS_FILE .* is not JSON/)]]);
  await write({ free: FREE, late: { ...FREE, requestsPerMinute: 88 } });
  expect(await policyOf(ada.secret)).toBe('"late";q=20;w=60');
  vi.advanceTimersByTime(REREAD_MS);
  expect(await policyOf(ada.secret)).toBe('"late";q=88;w=60');
});

test("a file that no longer has a tier takes nothing from the accounts of that tier", async () => {
  const [pro, other] = [await userWithKey("pro"), await userWithKey()];
  await write({ free: FREE, newest: FREE });
  await moveTo(other.id, "newest");
  expect(await policyOf(other.secret)).toBe('"newest";q=20;w=60');
  expect(await policyOf(pro.secret)).toBe('"pro";q=120;w=60');
});

test("a tier without a limit is limited by nothing, and its answers name no limit; the largest limits are exact", async () => {
  const largest = 999_999_999_999_999;
  await write({
    free: FREE,
    unlimited: { ...FREE, requestsPerMinute: null },
    huge: { ...FREE, requestsPerMinute: largest },
  });
  const ada = await userWithKey("unlimited");
  for (let i = 0; i < 50; i += 1) expect(await policyOf(ada.secret)).toBeNull();
  const answer = await api.call("/key", {}, ada.secret);
  expect(answer.status).toBe(200);
  expect(answer.headers.has("ratelimit")).toBe(false);
  const { secret } = await userWithKey("huge");
  const counted = await api.call("/key", {}, secret);
  expect(counted.headers.get("ratelimit-policy")).toBe(`"huge";q=${largest};w=60`);
  expect(counted.headers.get("ratelimit")).toMatch(new RegExp(`^"huge";r=${largest - 1};t=`));
});
