import { createKey } from "#e2e/support/test-api.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import type { Caller } from "#lib/activity/record.ts";
import type { CreateApiKeyInput } from "#lib/api-keys/model/schema.ts";
import { createApiKey } from "#lib/api-keys/store.ts";
import { connectDatabase, database, disconnectDatabase } from "#lib/database/client.ts";
import { startEmbedded } from "#lib/database/embedded.ts";
import { DAY_MS, HOUR_MS } from "#lib/time/model/duration.ts";

/** Connects to the database of the server that runs on this folder. Returns what disconnects. */
export async function connectTo(dataDirectory: string): Promise<() => Promise<void>> {
  const { url } = await startEmbedded(dataDirectory, "guest");
  connectDatabase(url, 4);
  return disconnectDatabase;
}

/** The author of what is seeded. */
export const CALLER: Caller = {
  actor: "user",
  address: "203.0.113.7",
  userAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
};
const NAMES = [
  "Production App",
  "iOS app",
  "Nightly batch renderer",
  "CI smoke tests",
  "مفتاح الإنتاج الرئيسي",
  "🌅".repeat(64),
  "An unusually long name that somebody gave to a key, up to 64 code",
  "Marketing site",
  "Partner: Ömer & Zoë",
  "load-test-2026",
];

/** Creates a key of a user beside the browser. */
export async function seedKey(email: string, expiry?: CreateApiKeyInput["expiry"]) {
  const userId = await findUserId(email);
  return { userId, ...(await createKey(userId, expiry)) };
}

/**
 * Creates keys like those of a busy account: all environments and statuses, long names,
 * right-to-left names and emoji.
 */
export async function seedKeys(email: string, count: number): Promise<void> {
  const userId = await findUserId(email);
  const now = Date.now();
  for (let i = 0; i < count; i++) {
    const created = await createApiKey(
      userId,
      {
        name: [...(NAMES[i % NAMES.length] ?? "Key")].slice(0, 64).join(""),
        environment: (["production", "staging", "development"] as const)[i % 3] ?? "production",
        expiry: { type: "never" },
      },
      CALLER,
    );
    if (!created.ok) throw new Error(created.error);
    await database().apiKey.update({
      where: { id: created.value.key.id },
      data: {
        createdAt: new Date(now - (i * i + 1) * 0.4 * DAY_MS),
        ...(i % 4 !== 3 && {
          lastUsedAt: new Date(now - i ** 3 * 70_000 - 45_000),
          lastUsedAddress: "203.0.113.0/24",
          lastUsedAgent: "python-requests/2.32.3",
        }),
        ...(i % 5 === 1 && { expiresAt: new Date(now + (i - 3) * 1.6 * DAY_MS) }),
        ...(i % 7 === 4 && { revokedAt: new Date(now - i * 0.3 * DAY_MS) }),
      },
    });
  }
}

/** Links a provider to an account. */
export async function seedIdentity(email: string, provider: string): Promise<void> {
  const userId = await findUserId(email);
  await database().providerIdentity.create({ data: { provider, subject: email, userId }, select: { userId: true } });
}

/** Creates keys in one statement, named "key 0" and so on, the latest first. */
export async function addKeys(
  email: string,
  count: number,
  change: (i: number) => { name?: string; createdAt?: Date; expiresAt?: Date; revokedAt?: Date } = () => ({}),
): Promise<void> {
  const userId = await findUserId(email);
  await database().apiKey.createMany({
    data: Array.from({ length: count }, (_, i) => ({
      userId,
      name: `key ${i}`,
      environment: "production" as const,
      prefix: "gt_aaaa",
      hash: crypto.getRandomValues(new Uint8Array(32)),
      createdAt: new Date(Date.now() - (i + 1) * 60_000),
      ...change(i),
    })),
  });
}

/**
 * Fills the page of the account's latest "Production App": a month of requests, callers, rejected
 * requests and charges. Returns the key's id.
 */
export async function seedUsage(email: string): Promise<string> {
  const key = await database().apiKey.findFirstOrThrow({
    where: { user: { email }, name: "Production App" },
    orderBy: { createdAt: "desc" },
    select: { id: true, userId: true },
  });
  const now = Date.now();
  // The charts start when the account and the key do.
  const createdAt = new Date(now - 40 * DAY_MS);
  await database().user.update({ where: { id: key.userId }, data: { createdAt }, select: { id: true } });
  await database().apiKey.update({ where: { id: key.id }, data: { createdAt }, select: { id: true } });
  await database().usageHour.createMany({
    data: Array.from({ length: 24 }, (_, i) => new Date((Math.floor(now / HOUR_MS) - i) * HOUR_MS)).flatMap(
      (hour, i) => [
        { apiKeyId: key.id, hour, outcome: "ok", requests: Math.round(60 + 40 * Math.sin(i / 3)) },
        { apiKeyId: key.id, hour, outcome: "error", requests: i % 5 },
      ],
    ),
  });
  const days = Array.from({ length: 30 }, (_, i) => new Date(now - i * DAY_MS));
  await database().usageDay.createMany({
    data: days.flatMap((day, i) => {
      const busy = 900 + 500 * Math.sin(i / 2.3) + (i % 7) * 90;
      return [
        { apiKeyId: key.id, day, outcome: "ok", requests: Math.round(busy) },
        { apiKeyId: key.id, day, outcome: "rate_limited", requests: Math.round(busy / (9 + (i % 5))) },
        { apiKeyId: key.id, day, outcome: "invalid", requests: (i * 37) % 61 },
        { apiKeyId: key.id, day, outcome: "error", requests: (i * 53) % 47 },
        { apiKeyId: key.id, day, outcome: "revoked", requests: i === 9 ? 240 : 0 },
      ];
    }),
  });
  await database().usageCaller.createMany({
    data: ["python-requests/2.32.3", "node", "Go-http-client/2.0"].map((userAgent, i) => ({
      apiKeyId: key.id,
      addressPrefix: `203.0.${113 + i}.0/24`,
      userAgent,
      route: "/api/v1/bytedance/generate-image",
      requests: 18_204 >> (i * 2),
      lastSeenAt: new Date(now - i * 5_000_000),
    })),
  });
  await database().rejection.createMany({
    data: [...Array<string>(4).fill("rate_limited"), "no_credits", "error", "rate_limited"].map((cause, i) => ({
      requestId: crypto.randomUUID(),
      userId: key.userId,
      apiKeyId: key.id,
      cause,
      status: { no_credits: 403, error: 503 }[cause] ?? 429,
      route: "/api/v1/bytedance/generate-image",
      addressPrefix: "203.0.113.0/24",
      userAgent: "python-requests/2.32.3",
      createdAt: new Date(now - i * 900_000),
    })),
  });
  await database().requestSample.createMany({
    data: Array.from({ length: 9 }, (_, i) => ({
      apiKeyId: key.id,
      minute: new Date(now - (i + 70) * 60_000),
      requestId: crypto.randomUUID(),
      userId: key.userId,
      status: 204,
      route: "/api/v1/auth",
      addressPrefix: `203.0.${114 + (i % 3 === 2 ? 1 : 0)}.0/24`,
      userAgent: "node",
      createdAt: new Date(now - (i + 70) * 60_000),
    })),
  });
  const spent = days.flatMap((day, i) =>
    Array.from({ length: (i * 5) % 4 }, (_, n) => new Date(day.getTime() - n * 60_000)),
  );
  const granted = {
    userId: key.userId,
    kind: "granted" as const,
    amount: 1_000,
    createdAt: new Date(now - 31 * DAY_MS),
  };
  const charged = spent.map((createdAt) => ({
    userId: key.userId,
    apiKeyId: key.id,
    kind: "charged" as const,
    amount: -1,
    createdAt,
  }));
  await database().creditMovement.createMany({ data: [granted, ...charged] });
  await database().balance.update({
    where: { userId: key.userId },
    data: { credits: { increment: granted.amount - spent.length }, requests: spent.length },
  });
  return key.id;
}
