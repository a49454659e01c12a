import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { reserveSignIn } from "#lib/accounts/sign-in-throttle.ts";
import { pruneThrottles, reserveSignUp } from "#lib/accounts/throttle.ts";
import { database } from "#lib/database/client.ts";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

let users = 0;
const unknownEmail = () => `unknown-${users++}@example.com`;
let addresses = 0;
/** Each in a /24 of its own. */
const somewhere = () => `198.${18 + Math.floor(addresses / 256)}.${addresses++ % 256}.1`;

/** Fails once; the answer says how long the next attempt has to wait. */
async function fail(email: string, address: string): Promise<number> {
  const attempt = await reserveSignIn(email, address);
  if (!attempt.ok) return attempt.retryAfterSeconds;
  await attempt.settle("failed");
  return 0;
}

/** Fails that often, waiting as told in between and afterwards. */
async function failTimes(times: number, email: string, address: string): Promise<void> {
  for (let failed = 0; failed < times; ) {
    const wait = await fail(email, address);
    if (wait === 0) failed += 1;
    else await pass(wait);
  }
  await pass(300);
}

/** Moves all clocks of the table back, which is the same as waiting. */
function pass(seconds: number): Promise<number> {
  return database().$executeRaw`
    UPDATE "Throttle" SET "blockedUntil" = "blockedUntil" - make_interval(secs => ${seconds}::float8),
                          "updatedAt" = "updatedAt" - make_interval(secs => ${seconds}::float8)`;
}

describe("one account from one address", () => {
  test("after three failures the wait is 1 s and doubles to 5 min", async () => {
    const email = unknownEmail();
    const address = somewhere();
    for (let i = 0; i < 3; i++) expect(await fail(email, address)).toBe(0);
    const waits: number[] = [];
    for (let i = 0; i < 11; i++) {
      expect(await fail(email, address)).toBe(0);
      const wait = await fail(email, address);
      waits.push(wait);
      await pass(wait);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  test("of 50 parallel guesses, once the wait has begun, one is accepted", async () => {
    const email = unknownEmail();
    const address = somewhere();
    await failTimes(9, email, address);
    const attempts = await Promise.all(Array.from({ length: 50 }, () => reserveSignIn(email, address)));
    expect(attempts.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test("of 50 parallel first guesses most are rejected: the free ones pass, and the one that starts the wait", async () => {
    const email = unknownEmail();
    const address = somewhere();
    const attempts = await Promise.all(Array.from({ length: 50 }, () => reserveSignIn(email, address)));
    const passed = attempts.filter(({ ok }) => ok).length;
    expect(passed).toBeGreaterThanOrEqual(4);
    // Waits end while a slow machine still works through the 50; 1 + 2 + 4 s give three more at the
    // very most.
    expect(passed).toBeLessThanOrEqual(7);
  });

  test("rejected attempts don't make the wait longer", async () => {
    const email = unknownEmail();
    const address = somewhere();
    await failTimes(10, email, address);
    expect(await fail(email, address)).toBe(0);
    for (let i = 0; i < 20; i++) expect(await fail(email, address)).toBeLessThanOrEqual(128);
  });

  test("a success clears what was counted", async () => {
    const email = unknownEmail();
    const address = somewhere();
    for (let i = 0; i < 3; i++) await fail(email, address);
    const attempt = await reserveSignIn(email, address);
    if (attempt.ok) await attempt.settle("succeeded");
    for (let i = 0; i < 3; i++) expect(await fail(email, address)).toBe(0);
  });

  test("an attempt that the server was too busy for doesn't count", async () => {
    const email = unknownEmail();
    const address = somewhere();
    for (let i = 0; i < 30; i++) {
      const attempt = await reserveSignIn(email, address);
      if (!attempt.ok) throw new Error("was counted");
      await attempt.settle("not_tried");
    }
  });

  test("another address of the same account, and another account from the same address, wait for nothing", async () => {
    const email = unknownEmail();
    const address = somewhere();
    for (let i = 0; i < 4; i++) await fail(email, address);
    expect(await fail(email, somewhere())).toBe(0);
    expect(await fail(unknownEmail(), address)).toBe(0);
  });
});

describe("one address over all accounts", () => {
  test("of 60 parallel guesses at 60 accounts, once the wait has begun, one is accepted", async () => {
    const address = somewhere();
    for (let failed = 0; failed < 25; ) {
      const wait = await fail(unknownEmail(), address);
      if (wait === 0) failed += 1;
      else await pass(wait);
    }
    await pass(16);
    const attempts = await Promise.all(Array.from({ length: 60 }, () => reserveSignIn(unknownEmail(), address)));
    expect(attempts.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test("an office in which everybody signs in correctly never waits", async () => {
    const address = somewhere();
    for (let i = 0; i < 50; i++) {
      const attempt = await reserveSignIn(unknownEmail(), address);
      if (!attempt.ok) throw new Error("the office waits");
      await attempt.settle("succeeded");
    }
  });

  test("signing in to an own account doesn't wash away failures at others", async () => {
    const address = somewhere();
    for (let i = 0; i < 20; i++) {
      await fail(unknownEmail(), address);
      const own = await reserveSignIn("attacker@example.com", address);
      if (own.ok) await own.settle("succeeded");
    }
    await fail(unknownEmail(), address);
    expect(await fail(unknownEmail(), address)).toBe(1);
  });

  test("one failure is forgotten a minute", async () => {
    const address = somewhere();
    for (let i = 0; i < 21; i++) await fail(unknownEmail(), address);
    await pass(125);
    expect(await fail(unknownEmail(), address)).toBe(0);
    expect(await fail(unknownEmail(), address)).toBe(0);
    expect(await fail(unknownEmail(), address)).toBe(1);
  });

  test("the addresses of one /64 of IPv6 count as one", async () => {
    for (let i = 0; i < 21; i++) await fail(unknownEmail(), `2001:db8:1:2::${i}`);
    expect(await fail(unknownEmail(), "2001:db8:1:2:ffff::1")).toBe(1);
    expect(await fail(unknownEmail(), "2001:db8:1:3::1")).toBe(0);
  });
});

describe("many addresses against one account", () => {
  test("never lock it: from a new address one waits at most 5 s, once, and then gets the usual free attempts", async () => {
    const email = unknownEmail();
    for (let i = 0; i < 100; i++) {
      const address = somewhere();
      const wait = await fail(email, address);
      expect(wait).toBeLessThanOrEqual(5);
      if (wait > 0) {
        await database().throttle.updateMany({
          where: { scope: { endsWith: ` from ${address}` } },
          data: { blockedUntil: new Date(0) },
        });
        expect(await fail(email, address)).toBe(0);
      }
    }
    const owner = somewhere();
    expect(await fail(email, owner)).toBe(5);
    await pass(5);
    expect((await reserveSignIn(email, owner)).ok).toBe(true);
  });
});

describe("sign-ups", () => {
  test("of 200 parallel ones from 200 networks of one /48 of IPv6 121 are accepted", async () => {
    const attempts = await Promise.all(
      Array.from({ length: 200 }, (_, i) => reserveSignUp(`2001:db8:5:${i.toString(16)}00::1`)),
    );
    const passed = attempts.filter(({ ok }) => ok).length;
    expect(passed).toBeGreaterThanOrEqual(121);
    // One more each 20 s on a machine that works through them slowly.
    expect(passed).toBeLessThanOrEqual(123);
  });

  test("of 60 parallel ones from one address 31 are accepted, and one more each two minutes", async () => {
    const address = somewhere();
    const attempts = await Promise.all(Array.from({ length: 60 }, () => reserveSignUp(address)));
    expect(attempts.filter(({ ok }) => ok)).toHaveLength(31);
    await pass(121);
    expect((await reserveSignUp(address)).ok).toBe(true);
    expect(await reserveSignUp(address)).toMatchObject({ ok: false, error: "throttled" });
    expect((await reserveSignUp(somewhere())).ok).toBe(true);
  });
});

test("only expired rows are pruned, and the table contains no address of a user", async () => {
  const email = unknownEmail();
  await fail(email, somewhere());
  const rows = await database().throttle.findMany();
  expect(JSON.stringify(rows)).not.toContain("example.com");
  expect(await pruneThrottles()).toBe(0);
  await pass(90_000);
  expect(await pruneThrottles()).toBe(rows.length);
});
