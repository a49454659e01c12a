import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { changePassword } from "#lib/accounts/change-password.ts";
import { redeemInput } from "#lib/accounts/model/schema.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import {
  createPasswordLink,
  prunePasswordLinks,
  readPasswordLink,
  redeemPasswordLink,
} from "#lib/accounts/password-links.ts";
import { signInWithProvider } from "#lib/accounts/provider-sign-in.ts";
import { findSessionUser, startSession } from "#lib/accounts/sessions.ts";
import { signIn } from "#lib/accounts/sign-in.ts";
import { disableAccount } from "#lib/accounts/store.ts";
import type { Caller } from "#lib/activity/record.ts";
import { readActiveKeys } from "#lib/api-keys/active-keys.ts";
import { createApiKey } from "#lib/api-keys/store.ts";
import { verifySecret } from "#lib/api-keys/verify.ts";
import { database } from "#lib/database/client.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;
const CALLER = { actor: "user", address: "198.18.1.1", userAgent: "vitest" } as const;
const PASSWORD = "a fresh new password";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

async function linkFor(email: string): Promise<string> {
  const link = await createPasswordLink(email, OPERATOR);
  if (!link.ok) throw new Error(link.error);
  return link.value.token;
}

async function makeKey(userId: UserId, caller: Caller = CALLER) {
  return createApiKey(userId, { name: "Intruder's", environment: "production", expiry: { type: "never" } }, caller);
}

function activeKeys(userId: UserId): Promise<number> {
  return database().$transaction(async (transaction) => (await readActiveKeys(transaction, userId)).total);
}

describe("a password link to an account that another user created", () => {
  /** An account with a provider, a session and two keys of the intruder's. */
  async function takenAccount() {
    const ada = await createUser();
    await database().providerIdentity.create({ data: { provider: "github", subject: ada.id, userId: ada.id } });
    const session = await database().$transaction((transaction) => startSession(transaction, ada.id, CALLER));
    const secrets = [];
    for (let i = 0; i < 2; i++) {
      const made = await makeKey(ada.id);
      if (!made.ok) throw new Error(made.error);
      secrets.push(made.value.secret);
    }
    const token = await linkFor(ada.email);
    const read = await readPasswordLink(token);
    if (!read.ok) throw new Error(read.error);
    return { ada, session, secrets, token, keys: read.value };
  }

  test("asks what becomes of the keys, and changes nothing before that is decided", async () => {
    const { ada, session, token, keys } = await takenAccount();
    expect(keys).toMatchObject({
      total: 2,
      listed: [{ name: "Intruder's", environment: "production", lastUsedAt: null }, {}],
    });
    expect(JSON.stringify(keys)).not.toContain("hash");
    expect(await redeemPasswordLink({ token, password: PASSWORD }, CALLER)).toEqual({
      ok: false,
      error: "keys_undecided",
    });
    expect(await findSessionUser(ada.id, session.sessionId)).not.toBeNull();
    expect((await signIn({ email: ada.email, password: PASSWORD }, CALLER)).ok).toBe(false);
  });

  test("unlinks the provider, ends the session, revokes the keys, and records each", async () => {
    const { ada, session, token } = await takenAccount();
    expect(await redeemPasswordLink({ token, password: PASSWORD, keys: "revoke" }, CALLER)).toMatchObject({ ok: true });
    expect(await findSessionUser(ada.id, session.sessionId)).toBeNull();
    const github = { provider: "github", subject: ada.id, name: "Mallory", email: ada.email };
    expect(await signInWithProvider(github, CALLER)).toEqual({ ok: false, error: "email_taken" });
    expect(await activeKeys(ada.id)).toBe(0);
    const activity = await database().activity.findMany({ where: { userId: ada.id } });
    const of = (action: string) => activity.filter((entry) => entry.action === action);
    expect(of("api_key.revoked")).toHaveLength(2);
    expect(of("account.provider_unlinked")).toMatchObject([{ details: { provider: "github" } }]);
    expect(of("account.password_changed")).toMatchObject([
      { details: { by: "password_link", sessionsEnded: 1, providersUnlinked: 1, keysRevoked: 2, keysKept: 0 } },
    ]);
  });

  test("a revoked key is rejected from the answer on", async () => {
    const { secrets, token } = await takenAccount();
    const accepted = async () => Promise.all(secrets.map(async (secret) => (await verifySecret(secret)).ok));
    expect(await accepted()).toEqual([true, true]);
    await redeemPasswordLink({ token, password: PASSWORD, keys: "revoke" }, CALLER);
    expect(await accepted()).toEqual([false, false]);
  });

  test("keeps only keys that were seen", async () => {
    const { ada, token, keys } = await takenAccount();
    await makeKey(ada.id);
    const keep = (seen: string) => redeemPasswordLink({ token, password: PASSWORD, keys: "keep", seen }, CALLER);
    expect(await keep(keys?.fingerprint ?? "")).toEqual({ ok: false, error: "keys_changed" });
    const again = await readPasswordLink(token);
    expect(await keep((again.ok && again.value?.fingerprint) || "")).toMatchObject({ ok: true });
    expect(await activeKeys(ada.id)).toBe(3);
  });

  test("no key is made by a session that it ends, also by one that was on its way", async () => {
    const { ada, session, token } = await takenAccount();
    const caller = { ...CALLER, sessionId: session.sessionId };
    const OVER = { ok: false, error: "session_over" };
    const intruders = Array.from({ length: 8 }, () =>
      vi.waitFor(async () => expect(await makeKey(ada.id, caller)).toEqual(OVER), { timeout: 20_000, interval: 0 }),
    );
    await redeemPasswordLink({ token, password: PASSWORD, keys: "revoke" }, CALLER);
    await Promise.all(intruders);
    expect(await activeKeys(ada.id)).toBe(0);
  });
});

describe("a password link", () => {
  test("sets a password, ends all sessions and is recorded", async () => {
    const ada = await createUser();
    const session = await database().$transaction((transaction) => startSession(transaction, ada.id, CALLER));
    const token = await linkFor(ada.email);
    expect(await redeemPasswordLink({ token: token, password: PASSWORD }, CALLER)).toEqual({
      ok: true,
      value: { email: ada.email },
    });
    expect(await findSessionUser(ada.id, session.sessionId)).toBeNull();
    expect((await signIn({ email: ada.email, password: PASSWORD }, CALLER)).ok).toBe(true);
    const activity = await database().activity.findMany({ where: { userId: ada.id }, orderBy: { createdAt: "asc" } });
    expect(activity).toMatchObject([
      { action: "account.password_link_created", actor: "operator" },
      { action: "account.password_changed", actor: "user", details: { by: "password_link", sessionsEnded: 1 } },
      { action: "account.signed_in" },
    ]);
  });

  test("is good once, also for parallel attempts", async () => {
    const token = await linkFor((await createUser()).email);
    const results = await Promise.all(
      Array.from({ length: 5 }, () => redeemPasswordLink({ token: token, password: PASSWORD }, CALLER)),
    );
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await redeemPasswordLink({ token: token, password: PASSWORD }, CALLER)).toEqual({
      ok: false,
      error: "invalid_link",
    });
  });

  test("is good for an hour", async () => {
    const ada = await createUser();
    const token = await linkFor(ada.email);
    const [row] = await database().passwordLink.findMany({ where: { userId: ada.id } });
    expect((row?.expiresAt.getTime() ?? 0) - (row?.createdAt.getTime() ?? 0)).toBe(HOUR_MS);
    await database().passwordLink.updateMany({ where: { userId: ada.id }, data: { expiresAt: new Date() } });
    expect(await redeemPasswordLink({ token: token, password: PASSWORD }, CALLER)).toEqual({
      ok: false,
      error: "invalid_link",
    });
  });

  test("is not used up by a password that is rejected", async () => {
    const ada = await createUser();
    const token = await linkFor(ada.email);
    expect(await redeemPasswordLink({ token: token, password: "password123" }, CALLER)).toEqual({
      ok: false,
      error: "common_password",
    });
    expect(await redeemPasswordLink({ token: token, password: ada.email }, CALLER)).toEqual({
      ok: false,
      error: "own_name_password",
    });
    expect((await redeemPasswordLink({ token: token, password: PASSWORD }, CALLER)).ok).toBe(true);
  });

  test("replaces an older one", async () => {
    const ada = await createUser();
    const older = await linkFor(ada.email);
    const newer = await linkFor(ada.email);
    expect(await redeemPasswordLink({ token: older, password: PASSWORD }, CALLER)).toEqual({
      ok: false,
      error: "invalid_link",
    });
    expect((await redeemPasswordLink({ token: newer, password: PASSWORD }, CALLER)).ok).toBe(true);
  });

  test("is worth nothing when the password was changed meanwhile, and only the user's own is", async () => {
    const [ada, bob] = [await createUser(), await createUser("Bob")];
    await redeemPasswordLink({ token: await linkFor(ada.email), password: PASSWORD }, CALLER);
    const [adas, bobs] = [await linkFor(ada.email), await linkFor(bob.email)];
    const change = (current: string) =>
      changePassword({ userId: ada.id, sessionId: randomUUID() }, { current, next: "another new password" }, CALLER);
    expect(await change("not the password")).toEqual({ ok: false, error: "wrong_password" });
    expect(await database().passwordLink.count({ where: { userId: ada.id, usedAt: null } })).toBe(1);
    expect((await change(PASSWORD)).ok).toBe(true);
    expect(await redeemPasswordLink({ token: adas, password: "an attacker's password" }, CALLER)).toEqual({
      ok: false,
      error: "invalid_link",
    });
    expect((await signIn({ email: ada.email, password: "another new password" }, CALLER)).ok).toBe(true);
    expect((await redeemPasswordLink({ token: bobs, password: PASSWORD }, CALLER)).ok).toBe(true);
  });

  test("of a disabled user, and a made-up one, are rejected", async () => {
    const ada = await createUser();
    const token = await linkFor(ada.email);
    await disableAccount(ada.id, OPERATOR);
    expect(await redeemPasswordLink({ token: token, password: PASSWORD }, CALLER)).toEqual({
      ok: false,
      error: "invalid_link",
    });
    expect(await redeemPasswordLink({ token: "x".repeat(43), password: PASSWORD }, CALLER)).toEqual({
      ok: false,
      error: "invalid_link",
    });
    expect(await createPasswordLink("nobody@example.com", OPERATOR)).toEqual({ ok: false, error: "not_found" });
  });

  test("is stored only as a hash", async () => {
    const token = await linkFor((await createUser()).email);
    const rows = await database().$queryRaw<{ row: string }[]>`SELECT l::text AS "row" FROM "PasswordLink" l`;
    expect(rows.some(({ row }) => row.includes(token) || row.includes(Buffer.from(token).toString("hex")))).toBe(false);
  });

  test("may be pasted whole or as the code alone", async () => {
    const token = await linkFor((await createUser()).email);
    for (const pasted of [token, ` ${token}\n`, `https://dash.example.com/password-link#${token}`])
      expect(redeemInput.safeParse({ token: pasted, password: PASSWORD }).data?.token).toBe(token);
  });
});

test("links that ended more than a day ago are removed, used or not, and all of them", async () => {
  const ada = await createUser();
  const token = await linkFor(ada.email);
  const makeOld = (count: number, end: string) =>
    database().$executeRawUnsafe(`
    INSERT INTO "PasswordLink" ("tokenHash", "userId", "expiresAt", "usedAt")
    SELECT sha256(convert_to('${end}' || i, 'UTF8')), '${ada.id}', now() - interval '${end}', CASE WHEN i % 2 = 0 THEN now() END
    FROM generate_series(1, ${count}) i`);
  await makeOld(5_001, "25 hours");
  await makeOld(3, "23 hours");
  expect(await prunePasswordLinks()).toBe(5_001);
  expect(await prunePasswordLinks()).toBe(0);
  expect(await database().passwordLink.count({ where: { userId: ada.id } })).toBe(4);
  expect((await redeemPasswordLink({ token, password: PASSWORD }, CALLER)).ok).toBe(true);
});
