import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { caller, newEmail, PASSWORD, signUpAs } from "#e2e/support/test-accounts.ts";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { coresForPasswords, hashPassword } from "#lib/accounts/password.ts";
import { signIn } from "#lib/accounts/sign-in.ts";
import { signUp } from "#lib/accounts/sign-up.ts";
import { database } from "#lib/database/client.ts";

/** Counts the real computations of Argon2. */
const computed = vi.hoisted(() => ({ running: 0, most: 0, finished: 0 }));
vi.mock("@node-rs/argon2", async (importOriginal) => {
  const argon2 = await importOriginal<typeof import("@node-rs/argon2")>();
  async function count<T>(computation: Promise<T>): Promise<T> {
    computed.running += 1;
    computed.most = Math.max(computed.most, computed.running);
    return computation.finally(() => {
      computed.running -= 1;
      computed.finished += 1;
    });
  }
  return {
    ...argon2,
    hash: (...args: Parameters<typeof argon2.hash>) => count(argon2.hash(...args)),
    verify: (...args: Parameters<typeof argon2.verify>) => count(argon2.verify(...args)),
  };
});

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

describe("signing in", () => {
  test("an unknown address, an account without a password and a wrong one get the same answer by the same work", async () => {
    const email = newEmail();
    await signUpAs(email);
    const withoutPassword = newEmail();
    await database().user.create({ data: { email: withoutPassword, name: "Grace", tier: "free" } });
    for (const attempt of [
      { email, password: "wrong password" },
      { email: newEmail(), password: PASSWORD },
      { email: withoutPassword, password: PASSWORD },
    ]) {
      const before = computed.finished;
      expect(await signIn(attempt, caller())).toEqual({ ok: false, error: "wrong_credentials" });
      expect(computed.finished - before).toBe(1);
    }
  });

  test("of 50 parallel guesses from one address few reach the password", async () => {
    const email = newEmail();
    await signUpAs(email);
    const here = caller();
    const before = computed.finished;
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) => signIn({ email, password: `guess number ${i}` }, here)),
    );
    const throttled = results.filter((result) => !result.ok && result.error === "throttled");
    expect(throttled.length).toBeGreaterThanOrEqual(43);
    expect(computed.finished - before).toBe(50 - throttled.length);
    expect(await signIn({ email, password: PASSWORD }, caller())).toMatchObject({ ok: true });
  });
});

/**
 * Keeps the queue full with work of more networks than it has places. Returns what ends that when
 * the work is done.
 */
function keepQueueFull(): () => Promise<unknown> {
  let over = false;
  const work = Array.from({ length: 100 * coresForPasswords() }, async (_, i) => {
    // Each that finishes comes again at once; those that find no place go.
    while (!over && (await hashPassword(PASSWORD, `10.${i >> 8}.${i & 255}.1`)) !== "busy");
  });
  return () => {
    over = true;
    return Promise.all(work);
  };
}

describe("when the queue for the cores is full", () => {
  test("signing in and up are told so, and it counts as no attempt", async () => {
    const email = newEmail();
    await signUpAs(email);
    const here = caller();
    const busy = { ok: false, error: "busy" };
    const end = keepQueueFull();
    for (let i = 0; i < 10; i++) expect(await signIn({ email, password: PASSWORD }, here)).toEqual(busy);
    expect(await signUp({ name: "Ada", email: newEmail(), password: PASSWORD }, here)).toEqual(busy);
    await end();
    expect(await signIn({ email, password: PASSWORD }, here)).toMatchObject({ ok: true });
  });

  test("a network that fills it is told so, and others are not", async () => {
    const email = newEmail();
    await signUpAs(email);
    const flood = Array.from({ length: 100 * coresForPasswords() }, (_, i) =>
      hashPassword(PASSWORD, `2001:db8:6:${i.toString(16)}::1`),
    );
    const other = hashPassword(PASSWORD, "2001:db8:7::1");
    expect(await signIn({ email, password: PASSWORD }, caller())).toMatchObject({ ok: true });
    expect(await other).not.toBe("busy");
    const results = await Promise.all(flood);
    expect(results.filter((hash) => hash === "busy").length).toBeGreaterThan(50 * coresForPasswords());
  });

  test("a network's turn comes with the first of the queue, whatever waited before it", async () => {
    const flood = Array.from({ length: 30 }, () => hashPassword(PASSWORD, "2001:db8:6::1"));
    const before = computed.finished;
    await hashPassword(PASSWORD, "2001:db8:7::1");
    expect(computed.finished - before).toBeLessThanOrEqual(2 * coresForPasswords() + 1);
    await Promise.all(flood);
  });

  test("computations leave a core free, and all that were queued finish", async () => {
    computed.most = 0;
    const hashes = Array.from({ length: 12 }, () => hashPassword(PASSWORD, null));
    expect(new Set(await Promise.all(hashes)).size).toBe(12);
    expect(computed).toMatchObject({ most: Math.min(12, coresForPasswords()), running: 0 });
  });
});
