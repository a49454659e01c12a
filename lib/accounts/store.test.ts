import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import { findSessionUser, startSession } from "#lib/accounts/sessions.ts";
import {
  createAccount,
  disableAccount,
  enableAccount,
  findAccount,
  listAccounts,
  setTier,
} from "#lib/accounts/store.ts";
import { database } from "#lib/database/client.ts";

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;
const UNKNOWN = asUserId("00000000-0000-7000-8000-000000000000");

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

async function actionsOf(userId: UserId): Promise<string[]> {
  const activity = await database().activity.findMany({ where: { userId }, orderBy: { createdAt: "asc" } });
  return activity.map(({ action }) => action);
}

describe("the operator", () => {
  test("makes an account without a password, once for an address", async () => {
    const input = { name: "Ada", email: "made@example.com" };
    const made = await createAccount(input, OPERATOR);
    expect(made).toMatchObject({ ok: true, value: { email: "made@example.com", tier: "free" } });
    expect(await createAccount(input, OPERATOR)).toEqual({ ok: false, error: "email_taken" });
    expect(await findAccount("made@example.com")).toMatchObject({ name: "Ada" });
    expect(await findAccount("other@example.com")).toBeNull();
    const listed = await listAccounts();
    expect(listed.map(({ email }) => email)).toContain("made@example.com");
    expect(JSON.stringify(listed)).not.toContain("passwordHash");
  });

  test("changes a tier to one that exists, which is recorded", async () => {
    const ada = await createUser();
    expect(await setTier(ada.id, "pro", OPERATOR)).toEqual({ ok: true, value: undefined });
    expect(await setTier(ada.id, "platinum", OPERATOR)).toEqual({ ok: false, error: "unknown_tier" });
    expect(await setTier(ada.id, "constructor", OPERATOR)).toEqual({ ok: false, error: "unknown_tier" });
    expect(await setTier(UNKNOWN, "pro", OPERATOR)).toEqual({ ok: false, error: "not_found" });
    expect((await findAccount(ada.email))?.tier).toBe("pro");
    expect(await actionsOf(ada.id)).toEqual(["account.tier_changed"]);
  });

  test("disables and enables, each once, and disabling ends the sessions", async () => {
    const ada = await createUser();
    const { sessionId } = await database().$transaction((transaction) => startSession(transaction, ada.id, OPERATOR));
    await Promise.all([disableAccount(ada.id, OPERATOR), disableAccount(ada.id, OPERATOR)]);
    expect((await findAccount(ada.email))?.disabledAt).toBeInstanceOf(Date);
    expect(await database().session.findUnique({ where: { id: sessionId } })).toMatchObject({
      endedAt: expect.any(Date),
    });
    await Promise.all([enableAccount(ada.id, OPERATOR), enableAccount(ada.id, OPERATOR)]);
    expect((await findAccount(ada.email))?.disabledAt).toBeNull();
    expect(await findSessionUser(ada.id, sessionId)).toBeNull();
    expect(await actionsOf(ada.id)).toEqual(["account.disabled", "account.enabled"]);
    expect(await disableAccount(UNKNOWN, OPERATOR)).toEqual({ ok: false, error: "not_found" });
  });
});
