import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { networksOf } from "#lib/accounts/networks.ts";
import { createPasswordLink, redeemPasswordLink } from "#lib/accounts/password-links.ts";
import { signInWithProvider } from "#lib/accounts/provider-sign-in.ts";
import { endSessions, startSession } from "#lib/accounts/sessions.ts";
import { reserveSignIn } from "#lib/accounts/sign-in-throttle.ts";
import { database } from "#lib/database/client.ts";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

const hex = (number: number) => number.toString(16);
const from = (address: string) => ({ actor: "user", address, userAgent: null }) as const;
let accounts = 0;
const unknownEmail = () => `unknown-${accounts++}@example.com`;

/** Fails once; returns the seconds to wait, or 0 if the attempt was accepted. */
async function fail(email: string, address: string): Promise<number> {
  const attempt = await reserveSignIn(email, address);
  if (!attempt.ok) return attempt.retryAfterSeconds;
  await attempt.settle("failed");
  return 0;
}

/** The number of attempts that were accepted. */
async function passed(attempts: Promise<number>[]): Promise<number> {
  return (await Promise.all(attempts)).filter((wait) => wait === 0).length;
}

/** Moves all clocks of the table back, which is the same as waiting. */
function pass(seconds: number): Promise<number> {
  return database().$executeRaw`
    UPDATE "Throttle" SET "blockedUntil" = "blockedUntil" - make_interval(secs => ${seconds}::float8),
                          "updatedAt" = "updatedAt" - make_interval(secs => ${seconds}::float8)`;
}

/** An account with a session that was begun from the address. */
async function accountAt(address: string): Promise<{ id: UserId; email: string }> {
  const account = await createUser();
  await database().$transaction((transaction) => startSession(transaction, account.id, from(address)));
  return account;
}

/**
 * Fails at an account as often as changes anything, each time from another network, before any
 * failure is known.
 */
async function attack(email: string): Promise<void> {
  const addresses = Array.from({ length: 115 }, (_, i) => `2001:${hex(0x1000 + i)}:${hex(accounts)}::1`);
  const attempts = await Promise.all(addresses.map((address) => reserveSignIn(email, address)));
  await Promise.all(attempts.map((attempt) => attempt.ok && attempt.settle("failed")));
}

describe("wider networks count, too", () => {
  test.each([
    ["a /56", 260, 61, (i: number) => `2001:db8:1:${hex(0x4200 + (i % 256))}::${hex(i)}`],
    ["a /48", 300, 201, (i: number) => `2001:db8:2:${hex(i * 131)}::1`],
    ["a /24", 300, 201, (i: number) => `203.0.113.${i % 256}`],
  ])("of parallel guesses at many accounts from %s, %d, %d are accepted", async (_, guesses, free, address) => {
    const count = await passed(Array.from({ length: guesses }, (_, i) => fail(unknownEmail(), address(i))));
    expect(count).toBeGreaterThanOrEqual(free);
    // Waits of 1, 2 and 4 s end while a slow machine works through them.
    expect(count).toBeLessThanOrEqual(free + 4);
  });

  test("a network that signed in there before doesn't wait for its neighbors' failures", async () => {
    const home = "2001:db8:3:1::1";
    const { email } = await accountAt(home);
    for (let i = 0; i < 205; i++) await fail(unknownEmail(), `2001:db8:3:${hex(0x100 * i + 2)}::1`);
    expect(await fail(email, "2001:db8:3:9900::1")).toBeGreaterThan(0);
    expect(await fail(email, home)).toBe(0);
  });
});

describe("beyond 100 failures a day at one account", () => {
  test("a network without a sign-in to it waits 5 min before each attempt, also of parallel ones", async () => {
    const email = unknownEmail();
    await attack(email);
    expect(await fail(email, "198.51.100.1")).toBe(300);
    await pass(300);
    const guesses = Array.from({ length: 20 }, (_, i) => fail(email, `198.51.100.${i}`));
    expect(await passed(guesses)).toBe(1);
    expect(await fail(email, "198.51.100.1")).toBeGreaterThan(250);
  });

  test("the networks of a /48 wait as one", async () => {
    const email = unknownEmail();
    await attack(email);
    await fail(email, "2001:db8:4::1");
    await pass(300);
    expect(await passed([1, 2, 3, 4].map((i) => fail(email, `2001:db8:4:${i}00::1`)))).toBe(1);
  });

  test("a network that signed in there before waits for nothing, also when its sessions have ended", async () => {
    const { id, email } = await accountAt("198.51.101.7");
    await attack(email);
    expect(await fail(email, "198.51.101.8")).toBe(300);
    expect(await fail(email, "198.51.101.7")).toBe(0);
    await endSessions(id, from("198.51.101.7"));
    expect(await fail(email, "198.51.101.7")).toBe(0);
  });

  test("providers and password links work from anywhere", async () => {
    const { id, email } = await createUser();
    await database().providerIdentity.create({ data: { provider: "github", subject: "ada", userId: id } });
    await attack(email);
    const ada = { provider: "github", subject: "ada", name: "Ada", email };
    expect(await signInWithProvider(ada, from("198.51.102.1"))).toMatchObject({ ok: true });
    const link = await createPasswordLink(email, from("198.51.102.2"));
    if (!link.ok) throw new Error(link.error);
    expect(
      await redeemPasswordLink({ token: link.value.token, password: "a fresh new password" }, from("198.51.102.3")),
    ).toMatchObject({
      ok: true,
    });
  });

  test("the wait is over when a day has passed without failures", async () => {
    const email = unknownEmail();
    await attack(email);
    await pass(86_400);
    expect(await fail(email, "198.51.103.1")).toBe(0);
  });

  test("an unknown address waits as a known one does", async () => {
    const { email } = await accountAt("198.51.104.1");
    const waits = [];
    for (const attacked of [email, unknownEmail()]) {
      await attack(attacked);
      waits.push(await fail(attacked, "198.51.105.1"));
    }
    expect(waits).toEqual([300, 300]);
  });
});

test.each([
  ["203.0.113.7", ["203.0.113.7", "203.0.113.0/24"]],
  ["::ffff:203.0.113.7", ["203.0.113.7", "203.0.113.0/24"]],
  ["2001:db8:a:b1c:c:d:e:f", ["2001:db8:a:b1c::/64", "2001:db8:a:b00::/56", "2001:db8:a::/48"]],
  [null, ["nowhere"]],
])("%s counts for %j", (address, networks) => {
  expect(networksOf(address)).toEqual(networks);
});
