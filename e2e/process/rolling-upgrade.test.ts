import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type Account,
  isInHistory,
  startProcessBefore,
  startStatementsBefore,
  type VersionBefore,
} from "#e2e/process/version-before.ts";
import { draw, type ImageProvider, startImageProvider } from "#e2e/support/image-provider.ts";
import { startServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { createDatabase } from "#e2e/support/test-database.ts";
import { displayParts, generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { openClient } from "#lib/database/connection.ts";

const ACCOUNTS = 3;
/** Older movements, which the upgrade adds up while both versions spend. */
const MOVEMENTS = 30_000;
const ROUNDS = 50;
const CREDITS = 1_000_000;

let own: Awaited<ReturnType<typeof createDatabase>>;
let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let provider: ImageProvider;
let ends: (() => Promise<unknown>)[];
beforeEach(async () => {
  ends = [];
  own = await createDatabase("template0");
  folder = await temporaryDirectory();
  provider = await startImageProvider();
  let drawn = 0;
  // Every other image fails and is refunded.
  provider.behave = (response) => (drawn++ % 2 === 0 ? draw(response) : void response.writeHead(500).end("{}"));
});
afterEach(async () => {
  await Promise.all(ends.map((end) => end()));
  provider.stop();
  await own.drop();
  await folder.remove();
});

async function settings(): Promise<Record<string, string>> {
  const tiersFile = path.join(folder.directory, "tiers.json");
  const free = { requestsPerMinute: 1_000_000, requestsPerMonth: null, signupCredits: 0 };
  await writeFile(tiersFile, JSON.stringify({ free }));
  return {
    ROLE: "api",
    DATABASE_URL: own.url,
    AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a",
    TIERS_FILE: tiersFile,
    SIGN_UP: "open",
    ...provider.settings,
  };
}

/** Sends a request that costs credits. Returns what was paid. */
async function spend(url: string, { secret }: Account, round: number): Promise<number> {
  const headers = { authorization: `Bearer ${secret}`, "content-type": "application/json" };
  const cost = 1 + (round % 3);
  if (round % 4 !== 0) {
    const { status } = await fetch(`${url}/api/v1/auth?cost=${cost}`, { headers });
    expect(status).toBe(204);
    return cost;
  }
  const image = { method: "POST", headers, body: '{"prompt":"A cat"}' };
  const { status } = await fetch(`${url}/api/v1/bytedance/generate-image`, image);
  expect([200, 502]).toContain(status);
  return status === 200 ? 1 : 0;
}

type Client = Awaited<ReturnType<typeof openClient>>;

/** Creates accounts with a history, without the code of either version. */
async function createAccounts(client: Client): Promise<Account[]> {
  const accounts = Array.from({ length: ACCOUNTS }, () => ({
    userId: randomUUID(),
    apiKeyId: randomUUID(),
    secret: generateSecret(),
  }));
  for (const { userId, apiKeyId, secret } of accounts) {
    await client.query(
      `INSERT INTO "User" ("id", "email", "name", "tier") VALUES ($1::uuid, $1 || '@example.com', 'Ada', 'free')`,
      [userId],
    );
    await client.query(
      `INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash") VALUES ($1, $2, 'Key', 'production', $3, $4)`,
      [apiKeyId, userId, displayParts(secret).prefix, hashSecret(secret)],
    );
    await client.query(
      `INSERT INTO "CreditMovement" ("userId", "kind", "amount", "apiKeyId", "createdAt")
       SELECT $1::uuid, 'charged'::"CreditMovementKind", -1, $2::uuid, now() - n * interval '1 minute' FROM generate_series(1, ${MOVEMENTS / ACCOUNTS}) n
       UNION ALL SELECT $1::uuid, 'granted', ${CREDITS}, NULL, now()`,
      [userId, apiKeyId],
    );
    await client.query(
      `INSERT INTO "Balance" ("userId", "credits", "month") VALUES ($1, ${CREDITS - MOVEMENTS / ACCOUNTS}, date_trunc('month', now()))`,
      [userId],
    );
  }
  return accounts;
}

/** Queries for the differences between a table and its rollup. */
const DIFFERENCES = {
  days: `
    WITH "sum" AS (
      SELECT "userId", ("createdAt" AT TIME ZONE 'UTC')::date AS "day", coalesce("apiKeyId", '00000000-0000-0000-0000-000000000000') AS "apiKeyId",
        coalesce(-sum("amount") FILTER (WHERE "kind" = 'charged'), 0) AS "charged",
        coalesce(sum("amount") FILTER (WHERE "kind" = 'refunded'), 0) AS "refunded",
        coalesce(sum("amount") FILTER (WHERE "kind" IN ('signup', 'granted')), 0) AS "added"
      FROM "CreditMovement" WHERE "amount" <> 0 GROUP BY 1, 2, 3
    )
    SELECT * FROM "sum" s FULL JOIN "CreditDay" d USING ("userId", "day", "apiKeyId")
    WHERE (s."charged", s."refunded", s."added") IS DISTINCT FROM (d."charged", d."refunded", d."added")`,
  balances: `
    SELECT b."userId", b."credits", m."sum" FROM "Balance" b
    JOIN (SELECT "userId", sum("amount") AS "sum" FROM "CreditMovement" GROUP BY 1) m USING ("userId") WHERE b."credits" <> m."sum"`,
  usage: `
    SELECT * FROM (
      SELECT "apiKeyId", ("hour" AT TIME ZONE 'UTC')::date AS "day", "outcome", sum("requests") AS "requests" FROM "UsageHour" GROUP BY 1, 2, 3
    ) h FULL JOIN "UsageDay" d USING ("apiKeyId", "day", "outcome") WHERE h."requests" IS DISTINCT FROM d."requests"`,
};

async function expectExactThroughUpgrade(startBefore: () => Promise<VersionBefore>): Promise<void> {
  const before = await startBefore();
  const client = await openClient(own.url);
  ends.push(before.end, () => client.end());
  const accounts = await createAccounts(client);
  const paid = new Map(accounts.map(({ apiKeyId }) => [apiKeyId, MOVEMENTS / ACCOUNTS]));
  let rounds = 0;
  let over = false;
  const spendOn = async (account: Account, spendOnce: VersionBefore["spend"], isOver: (round: number) => boolean) => {
    for (let round = 0; !isOver(round); round += 1) {
      const credits = await spendOnce(account, round);
      paid.set(account.apiKeyId, (paid.get(account.apiKeyId) ?? 0) + credits);
    }
  };
  const counted: VersionBefore["spend"] = async (account, round) => {
    const credits = await before.spend(account, round);
    rounds += 1;
    return credits;
  };
  const spending = Promise.all(accounts.map((account) => spendOn(account, counted, () => over)));
  // The await below reports a failure.
  spending.catch(() => {});

  const current = await startServer(await settings());
  ends.push(() => current.end("SIGKILL"));
  const during = rounds;
  await Promise.all(
    accounts.map((account) =>
      spendOn(
        account,
        (one, round) => spend(current.url, one, round),
        (round) => round >= ROUNDS,
      ),
    ),
  );
  over = true;
  await spending;
  expect(during).toBeGreaterThan(0);
  expect(rounds).toBeGreaterThan(during);
  await Promise.all([before.end(), current.end("SIGTERM")]);

  for (const [name, query] of Object.entries(DIFFERENCES))
    expect({ [name]: (await client.query(query)).rows }).toEqual({ [name]: [] });
  const { rows } = await client.query(
    `SELECT "apiKeyId", sum("charged" - "refunded")::int AS "net" FROM "CreditDay" WHERE "charged" > 0 GROUP BY 1`,
  );
  expect(new Map(rows.map(({ apiKeyId, net }) => [apiKeyId, net]))).toEqual(paid);
}

test.skipIf(!isInHistory())(
  "a process of the version before and one of this version spend on one database through the upgrade, and all sums are exact",
  () => expectExactThroughUpgrade(async () => startProcessBefore(await settings(), spend)),
  180_000,
);

test(
  "the statements of the version before leave all sums exact through the upgrade",
  () => expectExactThroughUpgrade(() => startStatementsBefore(own.url)),
  180_000,
);
