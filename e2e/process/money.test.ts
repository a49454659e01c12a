import { randomInt, randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Random } from "#e2e/load/random.ts";
import { type ApiProcesses, differingBalances, startApiProcesses } from "#e2e/process/api-processes.ts";
import { draw, type ImageProvider, startImageProvider } from "#e2e/support/image-provider.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createDatabase, createUser } from "#e2e/support/test-database.ts";
import { startTraffic } from "#e2e/support/traffic.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { findRemaining, grantCredits, sweepReservations } from "#lib/credits/store.ts";
import { connectDatabase, database, disconnectDatabase, pool } from "#lib/database/client.ts";

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;
/** What the storm goes on for. A retry that comes too early may also be answered 409. */
const EVERY_STATUS: (number | "none")[] = [200, 204, 403, 502, "none"];

let own: Awaited<ReturnType<typeof createDatabase>>;
let processes: ApiProcesses;
let provider: ImageProvider;
beforeAll(async () => {
  own = await createDatabase();
  connectDatabase(own.url, 10);
  provider = await startImageProvider();
  processes = await startApiProcesses(3, own.url, provider.settings);
});
afterAll(async () => {
  await processes.end();
  provider.stop();
  await disconnectDatabase();
  await own.drop();
});

const fail = (response: ServerResponse) => void response.writeHead(500).end("{}");

function generate(place: number, secret: string, headers: Record<string, string> = {}, signal?: AbortSignal) {
  return fetch(`${processes.all[place]?.url}/api/v1/bytedance/generate-image`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", ...headers },
    body: '{"prompt":"A cat"}',
    signal,
  });
}
const credits = async (userId: UserId) => (await findRemaining(userId, null))?.credits;

/** Lets all reservations expire and sweeps them. */
async function sweepAll(): Promise<void> {
  await pool().query(`UPDATE "Reservation" SET "expiresAt" = now() - interval '1 second'`);
  await sweepReservations();
}

test("a kill -9 between reservation and answer: the next process refunds, and the idempotency key is free again", async () => {
  const ada = await createUser();
  const { secret } = await createKey(ada.id);
  const key = randomUUID();
  const asked = Promise.withResolvers<void>();
  provider.behave = () => asked.resolve();
  const cut = expect(generate(0, secret, { "idempotency-key": key })).rejects.toThrow();
  await asked.promise;
  expect(await credits(ada.id)).toBe(99);
  await processes.all[0]?.end("SIGKILL");
  await cut;

  provider.behave = draw;
  // An early retry is told to wait by every instance.
  const early = await generate(1, secret, { "idempotency-key": key });
  expect([early.status, early.headers.get("retry-after")]).toEqual([409, "1"]);
  await pool().query(`UPDATE "Reservation" SET "expiresAt" = now() - interval '1 second'`);
  await processes.start(0);
  await vi.waitFor(async () => expect(await credits(ada.id)).toBe(100), { timeout: 10_000 });
  const retry = await generate(0, secret, { "idempotency-key": key });
  expect(retry.status).toBe(200);
  expect(await credits(ada.id)).toBe(99);
  expect((await generate(2, secret, { "idempotency-key": key })).headers.get("idempotency-replayed")).toBe("true");
  expect(await differingBalances()).toEqual([]);
});

test.each([
  ["with an idempotency key gets it by asking again", true],
  ["without one has paid all the same", false],
])("a caller that hangs up while the provider draws pays for the image; %s", async (_, idempotent) => {
  const ada = await createUser();
  const { secret } = await createKey(ada.id);
  const headers: Record<string, string> = idempotent ? { "idempotency-key": randomUUID() } : {};
  const asked = Promise.withResolvers<ServerResponse>();
  const drawn = vi.fn(draw);
  provider.behave = asked.resolve;
  const caller = new AbortController();
  const gone = expect(generate(0, secret, headers, caller.signal)).rejects.toThrow();
  const response = await asked.promise;
  caller.abort();
  await gone;
  provider.behave = drawn;
  // The process notices the abort before the provider answers.
  expect((await fetch(`${processes.all[0]?.url}/healthz`)).status).toBe(200);
  drawn(response);
  await vi.waitFor(async () => expect(await database().reservation.count({ where: { userId: ada.id } })).toBe(0), {
    timeout: 10_000,
  });
  expect(await credits(ada.id)).toBe(99);
  const again = await generate(1, secret, headers);
  expect([again.status, again.headers.has("idempotency-replayed")]).toEqual([200, idempotent]);
  expect(drawn).toHaveBeenCalledTimes(idempotent ? 1 : 2);
  expect(await credits(ada.id)).toBe(idempotent ? 99 : 98);
  expect(await differingBalances()).toEqual([]);
});

test("a provider that breaks the connection is not asked again, and the credit is refunded", async () => {
  const ada = await createUser();
  const { secret } = await createKey(ada.id);
  const broken = vi.fn((response: ServerResponse) => void response.socket?.resetAndDestroy());
  provider.behave = broken;
  expect((await generate(0, secret)).status).toBe(502);
  expect(broken).toHaveBeenCalledTimes(1);
  expect(await credits(ada.id)).toBe(100);
});

// This test comes last, because it ends the processes.
test("after a storm of requests, failures, grants and kills every balance is its ledger's sum, and nothing is paid twice", async () => {
  const seed = Number(process.env.STORM_SEED ?? randomInt(2 ** 31));
  process.stdout.write(`storm: STORM_SEED=${seed}\n`);
  const random = new Random(seed);

  provider.behave = (response) => {
    const fate = random.next();
    // Some requests never get an answer from the provider, and their callers give up.
    if (fate < 0.9) setTimeout(fate < 0.6 ? draw : fail, fate * 40, response);
  };
  const users = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const { id } = await createUser();
      return { id, secret: (await createKey(id)).secret, keys: Array.from({ length: 10 }, () => randomUUID()) };
    }),
  );
  /** Credits by account: of answers that say paid, and of requests without an answer. */
  const paid = new Map(users.map(({ id }) => [id, { certain: 0, unknown: 0, granted: 0 }]));
  const drawn = new Set<string>();
  const statuses = new Map<number | "none", number>();

  async function once(): Promise<void> {
    const user = random.pick(users);
    const account = paid.get(user.id) as { certain: number; unknown: number; granted: number };
    const place = random.below(3);
    if (random.chance(0.02)) {
      const granted = await grantCredits(user.id, 20, OPERATOR);
      if (granted.ok) account.granted += 20;
      return;
    }
    const cost = random.chance(0.4) ? random.below(4) : undefined;
    const key = cost === undefined && random.chance(0.3) ? random.pick(user.keys) : undefined;
    const price = cost ?? 1;
    const signal = AbortSignal.timeout(200 + random.below(800));
    const request =
      cost === undefined
        ? generate(place, user.secret, key ? { "idempotency-key": key } : {}, signal)
        : fetch(`${processes.all[place]?.url}/api/v1/auth?cost=${cost}`, {
            headers: { "x-api-key": user.secret },
            signal,
          });
    const answer = await request.catch(() => undefined);
    await answer?.arrayBuffer().catch(() => {});
    statuses.set(answer?.status ?? "none", (statuses.get(answer?.status ?? "none") ?? 0) + 1);
    if (!answer) {
      // Of many requests with one idempotency key at most one has paid, and it may have an answer.
      account.unknown += price;
      await sleep(20);
    } else if (answer.ok && !answer.headers.has("idempotency-replayed")) {
      account.certain += price;
      if (key) {
        expect(drawn.has(key), "an idempotency key was drawn twice").toBe(false);
        drawn.add(key);
      }
    } else if (answer.status === 503 || answer.status === 500) account.unknown += price;
  }
  const traffic = startTraffic(Array(16).fill(once));
  const answered = () => [...statuses.values()].reduce((sum, times) => sum + times, 0);
  for (let kill = 0; kill < 4; kill += 1) {
    const goal = answered() + 200;
    await vi.waitFor(() => expect(answered()).toBeGreaterThan(goal), { timeout: 15_000 });
    const place = random.below(3);
    await processes.all[place]?.end("SIGKILL");
    await processes.start(place);
  }
  await vi.waitFor(() => expect([...statuses.keys()]).toEqual(expect.arrayContaining([...EVERY_STATUS])), {
    timeout: 15_000,
  });
  await traffic.stop();
  // A drain would wait for what the provider is still drawing.
  provider.breakOff();
  await Promise.all(processes.all.map((server) => server.end("SIGTERM")));
  await sweepAll();

  expect(await database().reservation.count()).toBe(0);
  expect(await differingBalances()).toEqual([]);
  for (const [userId, { certain, unknown, granted }] of paid) {
    const spent = 100 + granted - ((await credits(userId)) ?? 0);
    expect(spent).toBeGreaterThanOrEqual(certain);
    expect(spent).toBeLessThanOrEqual(certain + unknown);
  }
  const twice = await database().$queryRaw`
    SELECT "reservationId", "kind" FROM "CreditMovement" WHERE "reservationId" IS NOT NULL
    GROUP BY 1, 2 HAVING count(*) > 1`;
  expect(twice).toEqual([]);
  expect([...statuses.keys()].filter((status) => ![...EVERY_STATUS, 409].includes(status))).toEqual([]);
}, 120_000);
