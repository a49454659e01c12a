import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectLockWaits } from "#e2e/support/lock-waits.ts";
import { activityOf, caller, from, newEmail, PASSWORD, signUpAs } from "#e2e/support/test-accounts.ts";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { findSessionUser } from "#lib/accounts/sessions.ts";
import { signIn } from "#lib/accounts/sign-in.ts";
import { signUp } from "#lib/accounts/sign-up.ts";
import { disableAccount, enableAccount, findAccount } from "#lib/accounts/store.ts";
import { env } from "#lib/config/env.ts";
import { database, pool } from "#lib/database/client.ts";

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
    expect(await findSessionUser(userId, sessionId)).toMatchObject({ userId, name: "Ada", email, sessionId });
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

  test("with a password that is changed while it is checked opens no session", async () => {
    const email = newEmail();
    const { userId } = await signUpAs(email);
    const change = await pool().connect();
    await change.query("BEGIN");
    await change.query(`UPDATE "User" SET "passwordHash" = 'another' WHERE "id" = $1`, [userId]);
    // It reads the old hash, checks it, and waits for the change.
    const attempt = signIn({ email, password: PASSWORD }, caller());
    await expectLockWaits(1);
    await change.query("COMMIT");
    change.release();
    expect(await attempt).toEqual({ ok: false, error: "wrong_credentials" });
    expect(await database().session.count({ where: { userId } })).toBe(1);
  });
});
