import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { activityOf, caller, from, newEmail, PASSWORD, signUpAs } from "#e2e/support/test-accounts.ts";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { coresForPasswords, hashPassword, passwordWork } from "#lib/accounts/password.ts";
import { findSessionUser } from "#lib/accounts/sessions.ts";
import { signIn } from "#lib/accounts/sign-in.ts";
import { signUp } from "#lib/accounts/sign-up.ts";
import { disableAccount, enableAccount, findAccount } from "#lib/accounts/store.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

describe("signing up", () => {
  test("makes an account of the first tier, signed in, and records it with the address", async () => {
    const email = newEmail();
    const signedUp = await signUp({ name: "Ada", email, password: PASSWORD }, from(7));
    if (!signedUp.ok) throw new Error(signedUp.error);
    const { userId, sessionId } = signedUp.value;
    expect(await findAccount(email)).toMatchObject({ name: "Ada", tier: "free", disabledAt: null });
    expect(await findSessionUser(userId, sessionId)).toEqual({ userId, name: "Ada", email, sessionId });
    expect(await activityOf(userId)).toMatchObject([
      { action: "account.created", address: "198.18.0.7", actor: "user" },
    ]);
    expect(await database().session.findUnique({ where: { id: sessionId } })).toMatchObject({
      address: "198.18.0.7",
      userAgent: "vitest",
    });
  });

  test("stores the password as Argon2id with 19 MiB, two passes and one lane", async () => {
    const email = newEmail();
    await signUpAs(email);
    const { passwordHash } = await database().user.findUniqueOrThrow({ where: { email } });
    expect(passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test("of ten parallel sign-ups with one address one makes an account", async () => {
    const email = newEmail();
    const results = await Promise.all(
      Array.from({ length: 10 }, () => signUp({ name: "Ada", email, password: PASSWORD }, caller())),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(results.filter((result) => !result.ok && result.error === "email_taken")).toHaveLength(9);
  });

  test.each([
    ["Password123", "common_password"],
    ["1234567890", "common_password"],
    ["ada.lovelace@example.com", "own_name_password"],
    ["ADA.LOVELACE", "own_name_password"],
    ["Augusta Ada", "own_name_password"],
  ])("the password %s is rejected: %s", async (password, error) => {
    const input = { name: "Augusta Ada", email: "ada.lovelace@example.com", password };
    expect(await signUp(input, caller())).toEqual({ ok: false, error });
  });
});

describe.each(["closed", "providers"] as const)("with SIGN_UP=%s", (setting) => {
  test("sign-up with a password is rejected, whatever the page shows", async () => {
    const settings = env();
    const before = settings.SIGN_UP;
    settings.SIGN_UP = setting;
    try {
      const input = { name: "Ada", email: newEmail(), password: PASSWORD };
      expect(await signUp(input, caller())).toEqual({ ok: false, error: "sign_up_closed" });
    } finally {
      settings.SIGN_UP = before;
    }
  });
});

describe("signing in", () => {
  test("with the password starts another session and is recorded", async () => {
    const email = newEmail();
    const { userId, sessionId } = await signUpAs(email);
    const signedIn = await signIn({ email, password: PASSWORD }, caller());
    if (!signedIn.ok) throw new Error(signedIn.error);
    expect(signedIn.value.userId).toBe(userId);
    expect(signedIn.value.sessionId).not.toBe(sessionId);
    expect((await activityOf(userId)).at(-1)).toMatchObject({
      action: "account.signed_in",
      details: { with: "password" },
    });
  });

  test("the same password from a keyboard that composes letters otherwise is the same", async () => {
    const email = newEmail();
    await signUpAs(email, "caf\u00e9 caf\u00e9 caf\u00e9");
    expect((await signIn({ email, password: "cafe\u0301 cafe\u0301 cafe\u0301" }, caller())).ok).toBe(true);
  });

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
      const before = passwordWork().done;
      expect(await signIn(attempt, caller())).toEqual({ ok: false, error: "wrong_credentials" });
      expect(passwordWork().done - before).toBe(1);
    }
  });

  test("of 50 parallel guesses from one address few reach the password", async () => {
    const email = newEmail();
    await signUpAs(email);
    const here = caller();
    const before = passwordWork().done;
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) => signIn({ email, password: `guess number ${i}` }, here)),
    );
    const throttled = results.filter((result) => !result.ok && result.error === "throttled");
    expect(throttled.length).toBeGreaterThanOrEqual(43);
    expect(passwordWork().done - before).toBe(50 - throttled.length);
    expect(await signIn({ email, password: PASSWORD }, caller())).toMatchObject({ ok: true });
  });

  test("a disabled user is told so only with the password, and can sign in when enabled again", async () => {
    const email = newEmail();
    const { userId, sessionId } = await signUpAs(email);
    await disableAccount(userId, caller());
    expect(await findSessionUser(userId, sessionId)).toBeNull();
    expect(await signIn({ email, password: "wrong password" }, caller())).toEqual({
      ok: false,
      error: "wrong_credentials",
    });
    expect(await signIn({ email, password: PASSWORD }, caller())).toEqual({ ok: false, error: "disabled" });
    await enableAccount(userId, caller());
    expect(await findSessionUser(userId, sessionId)).toBeNull();
    expect((await signIn({ email, password: PASSWORD }, caller())).ok).toBe(true);
  });
});

describe("when the queue for the cores is full", () => {
  afterEach(() => {
    passwordWork().running = 0;
    while (passwordWork().waiting.next());
  });

  test("signing in and up are told so, and it counts as no attempt", async () => {
    const email = newEmail();
    await signUpAs(email);
    const here = caller();
    const work = passwordWork();
    work.running = 1_000;
    // As full as it gets, of each network only one.
    for (let i = 0; i < 10_000; i++) void work.waiting.wait(`network ${i}`);
    for (let i = 0; i < 10; i++)
      expect(await signIn({ email, password: PASSWORD }, here)).toEqual({ ok: false, error: "busy" });
    expect(await signUp({ name: "Ada", email: newEmail(), password: PASSWORD }, here)).toEqual({
      ok: false,
      error: "busy",
    });
  });

  test("a password that is changed while it is checked opens no session", async () => {
    const email = newEmail();
    const { userId } = await signUpAs(email);
    const work = passwordWork();
    work.running = 1_000;
    const attempt = signIn({ email, password: PASSWORD }, caller());
    await vi.waitFor(() => expect(work.waiting.size).toBe(1), { timeout: 5_000 });
    await database().user.update({ where: { id: userId }, data: { passwordHash: "another" } });
    work.waiting.next();
    expect(await attempt).toEqual({ ok: false, error: "wrong_credentials" });
    expect(await database().session.count({ where: { userId } })).toBe(1);
  });

  test("a network that fills it is told so, and others are not", async () => {
    const email = newEmail();
    await signUpAs(email);
    const work = passwordWork();
    const flood = Array.from({ length: 400 }, (_, i) => hashPassword(PASSWORD, `2001:db8:6:${i.toString(16)}::1`));
    const before = work.done;
    expect(await signIn({ email, password: PASSWORD }, caller())).toMatchObject({ ok: true });
    // Its turn came with the first of the queue, whatever waited before it.
    expect(work.done - before).toBeLessThan(20);
    expect((await Promise.all(flood)).filter((hash) => hash === "busy").length).toBeGreaterThan(300);
  });

  test("computations leave a core free, and all that were queued finish", async () => {
    const work = passwordWork();
    const running: number[] = [];
    const hashes = Array.from({ length: 12 }, async () => {
      const made = hashPassword(PASSWORD, null);
      running.push(work.running);
      await made;
      running.push(work.running);
      return made;
    });
    expect(new Set(await Promise.all(hashes)).size).toBe(12);
    expect(Math.max(...running)).toBe(Math.min(12, coresForPasswords()));
    expect(work.running).toBe(0);
  });
});
