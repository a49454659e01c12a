import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { signInWithProvider } from "#lib/accounts/provider-sign-in.ts";
import { findSessionUser } from "#lib/accounts/sessions.ts";
import { disableAccount, findAccount } from "#lib/accounts/store.ts";
import { env } from "#lib/config/env.ts";
import { database } from "#lib/database/client.ts";

const CALLER = { actor: "user", address: "198.18.2.1", userAgent: "vitest" } as const;

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

let subjects = 0;
function newProviderUser() {
  const subject = `subject-${subjects++}`;
  return { provider: "oidc", subject, name: "Grace Hopper", email: `${subject}@example.com` };
}

describe("a provider's user", () => {
  test("gets an account on the first time and the same one ever after, whatever the address is by then", async () => {
    const grace = newProviderUser();
    const first = await signInWithProvider(grace, CALLER);
    const second = await signInWithProvider({ ...grace, email: "moved@example.com" }, CALLER);
    if (!first.ok || !second.ok) throw new Error("rejected");
    expect(second.value.userId).toBe(first.value.userId);
    expect(await findSessionUser(second.value.userId, second.value.sessionId)).toMatchObject({
      name: "Grace Hopper",
      email: grace.email,
    });
    expect(await findAccount(grace.email)).toMatchObject({ tier: "free" });
  });

  test("is never linked to an account by its address", async () => {
    const ada = await createUser();
    const impostor = { ...newProviderUser(), email: ada.email.toUpperCase() };
    expect(await signInWithProvider(impostor, CALLER)).toEqual({ ok: false, error: "email_taken" });
    expect(await database().providerIdentity.count({ where: { userId: ada.id } })).toBe(0);
  });

  test("with the same subject at another provider is another user", async () => {
    const grace = newProviderUser();
    await signInWithProvider(grace, CALLER);
    const other = await signInWithProvider({ ...grace, provider: "github", email: "other@example.com" }, CALLER);
    expect(other.ok && other.value.userId).not.toBe((await findAccount(grace.email))?.id);
  });

  test.each([null, "", "not an address", "a\0b@example.com", "a\u200db@example.com", "ada@invalid"])(
    "without a usable address (%s) is rejected",
    async (email) => {
      expect(await signInWithProvider({ ...newProviderUser(), email }, CALLER)).toEqual({
        ok: false,
        error: "no_email",
      });
    },
  );

  test.each(["\u202eevil", "a\0b", "\0"])(
    "gets the start of the address for a name that can't be one (%j)",
    async (name) => {
      const grace = { ...newProviderUser(), name };
      await signInWithProvider(grace, CALLER);
      expect((await findAccount(grace.email))?.name).toBe(grace.subject);
    },
  );

  test("who is disabled stays out", async () => {
    const grace = newProviderUser();
    const first = await signInWithProvider(grace, CALLER);
    if (!first.ok) throw new Error(first.error);
    await disableAccount(first.value.userId, CALLER);
    expect(await signInWithProvider(grace, CALLER)).toEqual({ ok: false, error: "disabled" });
  });

  test("makes one account from parallel first sign-ins, and all are signed in", async () => {
    const grace = newProviderUser();
    const results = await Promise.all(Array.from({ length: 5 }, () => signInWithProvider(grace, CALLER)));
    expect(results.every(({ ok }) => ok)).toBe(true);
    expect(await database().providerIdentity.count({ where: { subject: grace.subject } })).toBe(1);
  });

  test("gets no new account where sign-up is closed, and an old one still signs in", async () => {
    const grace = newProviderUser();
    await signInWithProvider(grace, CALLER);
    const settings = env();
    const before = settings.SIGN_UP;
    settings.SIGN_UP = "closed";
    try {
      expect(await signInWithProvider(newProviderUser(), CALLER)).toEqual({ ok: false, error: "sign_up_closed" });
      expect((await signInWithProvider(grace, CALLER)).ok).toBe(true);
    } finally {
      settings.SIGN_UP = before;
    }
  });
});
