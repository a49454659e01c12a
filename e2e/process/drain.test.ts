import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Agent, get, type IncomingMessage, type ServerResponse } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type ApiProcesses, differingBalances, startApiProcesses } from "#e2e/process/api-processes.ts";
import { draw, type ImageProvider, startImageProvider } from "#e2e/support/image-provider.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { findRemaining } from "#lib/credits/store.ts";
import { connectDatabase, database, disconnectDatabase } from "#lib/database/client.ts";

let own: Awaited<ReturnType<typeof createDatabase>>;
let provider: ImageProvider;
let processes: ApiProcesses | undefined;
let ada: { id: UserId };
let secret: string;
beforeAll(async () => {
  own = await createDatabase();
  connectDatabase(own.url, 4);
  provider = await startImageProvider();
});
beforeEach(async () => {
  ada = await createUser();
  ({ secret } = await createKey(ada.id));
});
afterEach(() => processes?.end());
afterAll(async () => {
  provider.stop();
  await disconnectDatabase();
  await own.drop();
});

/** Starts a process with an image in progress at the provider. */
async function startDrawing(settings: Record<string, string> = {}) {
  processes = await startApiProcesses(1, own.url, { ...provider.settings, ...settings });
  const server = processes.all[0] as (typeof processes.all)[number];
  const key = randomUUID();
  const caller = new AbortController();
  const ask = () =>
    fetch(`${server.url}/api/v1/bytedance/generate-image`, {
      method: "POST",
      headers: { "x-api-key": secret, "content-type": "application/json", "idempotency-key": key },
      body: '{"prompt":"A cat"}',
      signal: caller.signal,
    });
  const asked = Promise.withResolvers<ServerResponse>();
  provider.behave = asked.resolve;
  const answer = ask();
  return { server, caller, answer, drawing: await asked.promise };
}

async function expectPaid(credits: number): Promise<void> {
  expect(await database().reservation.count()).toBe(0);
  expect(await database().idempotencyRecord.count({ where: { userId: ada.id } })).toBe(credits);
  expect((await findRemaining(ada.id, null))?.credits).toBe(100 - credits);
  expect(await differingBalances()).toEqual([]);
}

test("an image is delivered after SIGTERM, while idle connections close and new ones are rejected", async () => {
  const { server, answer, drawing } = await startDrawing();
  const agent = new Agent({ keepAlive: true });
  const [idle] = (await once(get(`${server.url}/healthz`, { agent }), "response")) as [IncomingMessage];
  idle.resume();
  const closed = once(idle.socket, "close");
  const ended = server.end("SIGTERM");
  await closed;
  await expect(fetch(`${server.url}/readyz`)).rejects.toThrow();
  // Longer than the 5 s of other requests.
  setTimeout(draw, 7_000, drawing);
  expect((await answer).status).toBe(200);
  expect(await ended).toBe(0);
  await expectPaid(1);
});

test("a drain also waits for an image whose caller has hung up, and stores it for a retry", async () => {
  const { server, answer, caller, drawing } = await startDrawing();
  caller.abort();
  await expect(answer).rejects.toThrow();
  const ended = server.end("SIGTERM");
  setTimeout(draw, 1_000, drawing);
  expect(await ended).toBe(0);
  await expectPaid(1);
});

test.each([
  ["DRAIN_SECONDS", { DRAIN_SECONDS: "1" }, 1],
  ["a second SIGTERM", {}, 2],
])(
  "what %s cuts off is refunded and answered 503 before the process ends, and its key is free",
  async (_, settings, signals) => {
    const { server, answer } = await startDrawing(settings);
    const start = performance.now();
    const ended = server.end("SIGTERM");
    // Two signals at the same time would be one.
    await vi.waitFor(() => expect(fetch(`${server.url}/readyz`)).rejects.toThrow(), { timeout: 10_000 });
    if (signals === 2) server.process.kill("SIGTERM");
    const { status, headers } = await answer;
    expect([status, headers.get("retry-after")]).toEqual([503, "1"]);
    expect(await ended).toBe(0);
    expect(performance.now() - start).toBeLessThan(10_000);
    await expectPaid(0);
  },
);
