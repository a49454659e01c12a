import { randomUUID } from "node:crypto";
import { hash } from "@node-rs/argon2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectLockWaits } from "#e2e/support/lock-waits.ts";
import { createKey, startApi, type TestApi } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { changeEmail } from "#lib/accounts/change-email.ts";
import { deleteAccount } from "#lib/accounts/delete-account.ts";
import { linkProvider } from "#lib/accounts/linked-providers.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { createPasswordLink, redeemPasswordLink } from "#lib/accounts/password-links.ts";
import { signInWithProvider } from "#lib/accounts/provider-sign-in.ts";
import { endSession, type StartedSession, startSession } from "#lib/accounts/sessions.ts";
import { signIn } from "#lib/accounts/sign-in.ts";
import { signUp } from "#lib/accounts/sign-up.ts";
import { enableAccount, renameAccount, setTier } from "#lib/accounts/store.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { createApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { reserve } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";

const CALLER = { actor: "user", address: "198.18.4.1", userAgent: "vitest" } as const;
const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;
const PASSWORD = "correct horse battery";
const PROOF = { password: PASSWORD, email: "" };
const OK = { ok: true, value: undefined };
const NEW_KEY = { name: "Key", environment: "staging", expiry: { type: "never" } } as const;

let close: () => Promise<void>;
let api: TestApi;
let passwordHash: string;
beforeAll(async () => {
  close = await useOwnDatabase();
  api = await startApi();
  // Cheap, so that the calls below wait for locks and little else.
  passwordHash = await hash(PASSWORD, { memoryCost: 1_024, timeCost: 1 });
});
afterAll(async () => {
  api.close();
  await close();
});

type TestUser = { id: UserId; email: string; session: StartedSession };

async function signedInUser(name?: string, withPassword = true): Promise<TestUser> {
  const ada = await createUser(name);
  if (withPassword)
    await database().user.update({ where: { id: ada.id }, data: { passwordHash }, select: { id: true } });
  const session = await database().$transaction((transaction) => startSession(transaction, ada.id, CALLER));
  return { ...ada, session };
}

/** Reads what would still accept a sign-in or a key. */
async function waysLeft(userId: UserId) {
  const [user, keys, sessions, identities, links] = await Promise.all([
    database().user.findUniqueOrThrow({ where: { id: userId } }),
    database().apiKey.count({ where: { userId, OR: [{ revokedAt: null }, { deletedAt: null }] } }),
    database().session.count({ where: { userId } }),
    database().providerIdentity.count({ where: { userId } }),
    database().passwordLink.count({ where: { userId } }),
  ]);
  return { shut: user.disabledAt !== null, passwordHash: user.passwordHash, keys, sessions, identities, links };
}
const NONE = { shut: true, passwordHash: null, keys: 0, sessions: 0, identities: 0, links: 0 };

describe("a deleted account", () => {
  test("keeps no name, address or sign-in method, and all its keys are rejected at once", async () => {
    const ada = await signedInUser("Ada");
    const secrets = [];
    for (let i = 0; i < 3; i++) secrets.push((await createKey(ada.id)).secret);
    const { key } = await createKey(ada.id);
    await revokeApiKey(ada.id, key.id, CALLER);
    const grace = { provider: "oidc", subject: randomUUID(), name: "Grace", email: null };
    await linkProvider(ada.session, grace, CALLER);
    await createPasswordLink(ada.email, OPERATOR);
    for (const secret of secrets) expect((await api.call("/key", {}, secret)).status).toBe(200);

    expect(await deleteAccount(ada.session, PROOF, CALLER)).toEqual(OK);
    for (const secret of secrets) expect((await api.call("/key", {}, secret)).status).toBe(401);
    expect(await waysLeft(ada.id)).toEqual(NONE);
    const row = await database().user.findUniqueOrThrow({ where: { id: ada.id } });
    expect(row).toMatchObject({
      email: `deleted-${ada.id}@invalid`,
      name: "Deleted account",
      deletedAt: expect.any(Date),
    });
    expect((await signIn({ email: ada.email, password: PASSWORD }, CALLER)).ok).toBe(false);
    expect(await signInWithProvider(grace, CALLER)).toEqual({ ok: false, error: "no_email" });
  });

  test("has a record for each key and one for itself, which says nothing of the user", async () => {
    const ada = await signedInUser("Ada");
    const { key: active } = await createKey(ada.id);
    const { key: revoked } = await createKey(ada.id);
    await revokeApiKey(ada.id, revoked.id, CALLER);
    const before = await database().activity.count({ where: { userId: ada.id } });
    await deleteAccount(ada.session, PROOF, CALLER);
    const activity = await database().activity.findMany({ where: { userId: ada.id }, orderBy: { createdAt: "asc" } });
    expect(
      activity
        .slice(before)
        .map(({ action, apiKeyId, details, address }) => ({ action, apiKeyId, details, address }))
        .sort((a, b) => `${a.action}${a.apiKeyId}`.localeCompare(`${b.action}${b.apiKeyId}`)),
    ).toEqual([
      { action: "account.deleted", apiKeyId: null, details: { keys: 2 }, address: CALLER.address },
      ...[active.id, revoked.id].sort().map((apiKeyId) => ({
        action: "api_key.deleted",
        apiKeyId,
        details: { name: "Production App" },
        address: CALLER.address,
      })),
      { action: "api_key.revoked", apiKeyId: active.id, details: { name: "Production App" }, address: CALLER.address },
    ]);
  });

  test("keeps its ledger and what is reserved, and its address is free for a new account", async () => {
    const ada = await signedInUser("Ada");
    const { key } = await createKey(ada.id);
    await reserve({ userId: ada.id, apiKeyId: key.id, credits: 1, quota: null, cap: null }, 300);
    const ledger = () => database().creditMovement.findMany({ where: { userId: ada.id }, orderBy: { id: "asc" } });
    const before = await ledger();
    await deleteAccount(ada.session, PROOF, CALLER);
    expect(await ledger()).toEqual(before);
    expect(await database().reservation.count({ where: { userId: ada.id } })).toBe(1);
    expect((await signUp({ name: "Ada", email: ada.email, password: PASSWORD }, CALLER)).ok).toBe(true);
  });

  test("is deleted although an account from before the rule has the address that it gets", async () => {
    const ada = await signedInUser("Ada");
    await createUser("Eve", "free", `deleted-${ada.id}@invalid`);
    expect(await deleteAccount(ada.session, PROOF, CALLER)).toEqual(OK);
    expect(await waysLeft(ada.id)).toEqual(NONE);
    const { email } = await database().user.findUniqueOrThrow({ where: { id: ada.id } });
    expect(email).toMatch(new RegExp(`^deleted-${ada.id}-[0-9a-f-]{36}@invalid$`));
  });

  test("may have had 10,000 keys", async () => {
    const ada = await signedInUser("Ada");
    await database().$executeRaw`
      INSERT INTO "ApiKey" ("id", "userId", "name", "environment", "prefix", "hash")
      SELECT gen_random_uuid(), ${ada.id}::uuid, 'Key ' || i, 'staging', 'gt_aaaa', sha256(convert_to(${ada.id} || i, 'UTF8'))
      FROM generate_series(1, 10000) i`;
    expect(await deleteAccount(ada.session, PROOF, CALLER)).toEqual(OK);
    expect(await waysLeft(ada.id)).toEqual(NONE);
    expect(await database().activity.count({ where: { userId: ada.id, action: "api_key.deleted" } })).toBe(10_000);
  });

  test("can't be brought back, whatever is tried, also past the code", async () => {
    const ada = await signedInUser("Ada");
    await deleteAccount(ada.session, PROOF, CALLER);
    expect(await enableAccount(ada.id, OPERATOR)).toEqual({ ok: false, error: "not_found" });
    expect(await setTier(ada.id, "pro", OPERATOR)).toEqual({ ok: false, error: "not_found" });
    expect(await createPasswordLink(`deleted-${ada.id}@invalid`, OPERATOR)).toEqual({ ok: false, error: "not_found" });
    expect(await createApiKey(ada.id, NEW_KEY, CALLER)).toEqual({ ok: false, error: "session_over" });
    for (const data of [{ disabledAt: null }, { passwordHash }])
      await expect(database().user.update({ where: { id: ada.id }, data })).rejects.toThrow(/User_deleted_is_shut/);
    expect(await waysLeft(ada.id)).toEqual(NONE);
  });
});

describe("who may delete", () => {
  test("knows the password, in a session of the account", async () => {
    const [ada, bob] = [await signedInUser("Ada"), await signedInUser("Bob")];
    const attempt = (session: StartedSession, password: string) =>
      deleteAccount(session, { password, email: ada.email }, CALLER);
    expect(await attempt(ada.session, "")).toEqual({ ok: false, error: "missing_password" });
    expect(await attempt(ada.session, "not the password")).toEqual({ ok: false, error: "wrong_password" });
    expect(await attempt({ ...bob.session, userId: ada.id }, PASSWORD)).toEqual({ ok: false, error: "session_over" });
    await endSession(ada.id, ada.session.sessionId, CALLER);
    expect(await attempt(ada.session, PASSWORD)).toEqual({ ok: false, error: "session_over" });
  });

  test("without a password has signed in lately and types the address", async () => {
    const ada = await signedInUser("Ada", false);
    const attempt = (email: string) => deleteAccount(ada.session, { password: "", email }, CALLER);
    expect(await attempt("someone@example.com")).toEqual({ ok: false, error: "wrong_email" });
    const begin = (createdAt: Date) =>
      database().session.update({ where: { id: ada.session.sessionId }, data: { createdAt }, select: { id: true } });
    await begin(new Date(Date.now() - 11 * 60_000));
    expect(await attempt(ada.email)).toEqual({ ok: false, error: "stale_session" });
    await begin(new Date());
    expect(await attempt(` ${ada.email.toUpperCase()}`)).toEqual(OK);
  });
});

describe("at the same time as a deletion", () => {
  test("a change that begins before or with it leaves no key, session or sign-in method, and one of two deletions wins", async () => {
    for (let round = 0; round < 8; round++) {
      const ada = await signedInUser("Ada", false);
      const [first, second] = [await createKey(ada.id), await createKey(ada.id)];
      const grace = { provider: "oidc", subject: randomUUID(), name: "Grace", email: null };
      await linkProvider(ada.session, grace, CALLER);
      const other = await database().$transaction((transaction) => startSession(transaction, ada.id, CALLER));
      const remove = () => deleteAccount(ada.session, { password: "", email: ada.email }, CALLER);
      const work: (() => Promise<unknown>)[] = [
        () => createApiKey(ada.id, NEW_KEY, CALLER),
        () => rotateApiKey(ada.id, first.key.id, "1h", CALLER),
        () => revokeApiKey(ada.id, second.key.id, CALLER),
        () => signInWithProvider(grace, CALLER),
        () => linkProvider(other, { provider: "github", subject: randomUUID() }, CALLER),
        () => endSession(ada.id, other.sessionId, CALLER),
        () => createApiKey(ada.id, NEW_KEY, CALLER),
      ];
      work.splice(round, 0, remove, remove);
      await Promise.all(work.map((each) => each()));
      expect(await waysLeft(ada.id)).toEqual(NONE);
      expect(await database().activity.count({ where: { userId: ada.id, action: "account.deleted" } })).toBe(1);
    }
  });

  test("a change that was accepted and waits for it finds the account deleted", async () => {
    const ada = await signedInUser("Ada");
    const { key } = await createKey(ada.id);
    const link = await createPasswordLink(ada.email, OPERATOR);
    const token = link.ok ? link.value.token : "";
    const session = await database().$transaction((transaction) => startSession(transaction, ada.id, CALLER));
    let waiting: Promise<unknown>[] = [];
    await database().$transaction(async (transaction) => {
      await transaction.$queryRaw`SELECT 1 FROM "User" WHERE "id" = ${ada.id}::uuid FOR UPDATE`;
      const deletion = deleteAccount(ada.session, PROOF, CALLER);
      await expectLockWaits(1);
      waiting = [
        deletion,
        createApiKey(ada.id, NEW_KEY, CALLER),
        rotateApiKey(ada.id, key.id, "1h", CALLER),
        linkProvider(session, { provider: "oidc", subject: randomUUID() }, CALLER),
        signIn({ email: ada.email, password: PASSWORD }, { ...CALLER, address: "198.18.5.1" }),
        changeEmail(ada.id, { email: `new-${ada.email}`, password: PASSWORD }, { ...CALLER, address: "198.18.5.2" }),
        redeemPasswordLink({ token, password: "a fresh new password" }, CALLER),
        renameAccount(ada.id, "Ada King", CALLER),
      ];
      await expectLockWaits(waiting.length);
    });
    const rejected = (error: string) => ({ ok: false, error });
    expect(await Promise.all(waiting)).toEqual([
      OK,
      rejected("session_over"),
      rejected("not_found"),
      rejected("session_over"),
      rejected("wrong_credentials"),
      rejected("wrong_password"),
      rejected("invalid_link"),
      undefined,
    ]);
    expect(await waysLeft(ada.id)).toEqual(NONE);
    const { email, name } = await database().user.findUniqueOrThrow({ where: { id: ada.id } });
    expect([email, name]).toEqual([`deleted-${ada.id}@invalid`, "Deleted account"]);
  });
});
