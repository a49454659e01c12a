import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { linkProvider, unlinkProvider } from "#lib/accounts/linked-providers.ts";
import { hashPassword } from "#lib/accounts/password.ts";
import { signInWithProvider } from "#lib/accounts/provider-sign-in.ts";
import { endSession, type StartedSession, startSession } from "#lib/accounts/sessions.ts";
import { disableAccount } from "#lib/accounts/store.ts";
import { database } from "#lib/database/client.ts";

const CALLER = { actor: "user", address: "198.18.3.1", userAgent: "vitest" } as const;
const PASSWORD = "correct horse battery";
const CONFIGURED = ["google", "github", "oidc"];
const OK = { ok: true, value: undefined };

let close: () => Promise<void>;
let passwordHash: string;
beforeAll(async () => {
  close = await useOwnDatabase();
  passwordHash = await hashPassword(PASSWORD, null);
});
afterAll(() => close());

/** Creates a user with a session, these providers and, if asked for, a password. */
async function signedInUser(providers: string[], password = false): Promise<StartedSession> {
  const { id } = await createUser();
  if (password) await database().user.update({ where: { id }, data: { passwordHash }, select: { id: true } });
  const identities = providers.map((provider) => ({ provider, subject: randomUUID(), userId: id }));
  await database().providerIdentity.createMany({ data: identities });
  return database().$transaction((transaction) => startSession(transaction, id, CALLER));
}

const identity = (provider = "oidc") => ({ provider, subject: randomUUID(), name: "Grace", email: null });
const unlink = (session: StartedSession, provider: string, password = "", configured = CONFIGURED) =>
  unlinkProvider(session, { provider, password }, configured, CALLER);

async function providersOf({ userId }: StartedSession): Promise<string[]> {
  const rows = await database().providerIdentity.findMany({ where: { userId }, orderBy: { provider: "asc" } });
  return rows.map(({ provider }) => provider);
}
async function actionsOf({ userId }: StartedSession) {
  return database().activity.findMany({ where: { userId }, select: { action: true, details: true } });
}

describe("linking", () => {
  test("lets the identity sign in to the account that wanted it, and is recorded once", async () => {
    const ada = await signedInUser([], true);
    const grace = identity();
    expect(await linkProvider(ada, grace, CALLER)).toEqual(OK);
    expect(await linkProvider(ada, grace, CALLER)).toEqual(OK);
    expect(await actionsOf(ada)).toEqual([{ action: "account.provider_linked", details: { provider: "oidc" } }]);
    expect(await signInWithProvider(grace, CALLER)).toMatchObject({ ok: true, value: { userId: ada.userId } });
  });

  test("rejects another account's identity, and a second one of a provider, and changes nothing", async () => {
    const [ada, bob] = [await signedInUser([], true), await signedInUser([], true)];
    const grace = identity();
    await linkProvider(bob, grace, CALLER);
    expect(await linkProvider(ada, grace, CALLER)).toEqual({ ok: false, error: "identity_taken" });
    expect(await linkProvider(bob, identity(), CALLER)).toEqual({ ok: false, error: "provider_linked" });
    expect([await providersOf(ada), await providersOf(bob)]).toEqual([[], ["oidc"]]);
    expect(await actionsOf(ada)).toEqual([]);
  });

  test("of one identity by many accounts at once succeeds for one", async () => {
    const users = await Promise.all(Array.from({ length: 8 }, () => signedInUser([], true)));
    const grace = identity();
    const results = await Promise.all(users.map((each) => linkProvider(each, grace, CALLER)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await database().providerIdentity.count({ where: { subject: grace.subject } })).toBe(1);
  });

  test("needs the session of the account, alive", async () => {
    const [ada, bob, eve] = [await signedInUser([], true), await signedInUser([], true), await signedInUser([], true)];
    await endSession(ada.userId, ada.sessionId, CALLER);
    await disableAccount(eve.userId, CALLER);
    for (const session of [ada, { userId: ada.userId, sessionId: bob.sessionId }, eve])
      expect(await linkProvider(session, identity(), CALLER)).toEqual({ ok: false, error: "session_over" });
  });
});

describe("unlinking", () => {
  test("wants the password, and leaves it as the sign-in method", async () => {
    const ada = await signedInUser(["oidc"], true);
    expect(await unlink(ada, "oidc")).toEqual({ ok: false, error: "missing_password" });
    expect(await unlink(ada, "oidc", "not the password")).toEqual({ ok: false, error: "wrong_password" });
    expect(await unlink(ada, "oidc", PASSWORD)).toEqual(OK);
    expect(await unlink(ada, "oidc", PASSWORD)).toEqual({ ok: false, error: "not_linked" });
    expect(await actionsOf(ada)).toEqual([{ action: "account.provider_unlinked", details: { provider: "oidc" } }]);
  });

  test("never removes the last sign-in method, nor leaves only one that isn't configured any more", async () => {
    expect(await unlink(await signedInUser(["oidc"]), "oidc")).toEqual({ ok: false, error: "last_sign_in_method" });
    const ada = await signedInUser(["github", "oidc"]);
    expect(await unlink(ada, "oidc", "", ["oidc"])).toEqual({ ok: false, error: "last_sign_in_method" });
    expect(await unlink(ada, "github", "", ["oidc"])).toEqual(OK);
    expect(await providersOf(ada)).toEqual(["oidc"]);
  });

  test("of all ways in at the same time leaves one", async () => {
    for (let round = 0; round < 10; round++) {
      const ada = await signedInUser(CONFIGURED);
      const results = await Promise.all(CONFIGURED.map((provider) => unlink(ada, provider)));
      expect(results.filter(({ ok }) => ok)).toHaveLength(2);
      expect(await providersOf(ada)).toHaveLength(1);
    }
  });

  test("without a password wants a session that began within 10 minutes", async () => {
    const ada = await signedInUser(["github", "oidc"]);
    const begun = (minutes: number) =>
      database().session.update({
        where: { id: ada.sessionId },
        data: { createdAt: new Date(Date.now() - minutes * 60_000) },
        select: { id: true },
      });
    await begun(10.1);
    expect(await unlink(ada, "oidc")).toEqual({ ok: false, error: "stale_session" });
    await begun(9.5);
    expect(await unlink(ada, "oidc")).toEqual(OK);
  });

  test("of another user's provider does nothing", async () => {
    const [ada, bob] = [await signedInUser(["oidc"], true), await signedInUser([], true)];
    expect(await unlink(bob, "oidc", PASSWORD)).toEqual({ ok: false, error: "not_linked" });
    expect(await unlink({ ...bob, userId: ada.userId }, "oidc", PASSWORD)).toEqual({
      ok: false,
      error: "session_over",
    });
    expect(await providersOf(ada)).toEqual(["oidc"]);
  });
});
