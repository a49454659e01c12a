import { hash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ACTION_WORDS, activityDetail, activityWords } from "#components/activity/activity-words.ts";
import { createKey, startApi } from "#e2e/support/test-api.ts";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { changeEmail } from "#lib/accounts/change-email.ts";
import { changePassword } from "#lib/accounts/change-password.ts";
import { deleteAccount } from "#lib/accounts/delete-account.ts";
import { redeemEmailLink } from "#lib/accounts/email-links.ts";
import { linkProvider, unlinkProvider } from "#lib/accounts/linked-providers.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { createPasswordLink, redeemPasswordLink } from "#lib/accounts/password-links.ts";
import { signInWithProvider } from "#lib/accounts/provider-sign-in.ts";
import { endSession, endSessions } from "#lib/accounts/sessions.ts";
import { signIn } from "#lib/accounts/sign-in.ts";
import { signUp } from "#lib/accounts/sign-up.ts";
import { disableAccount, enableAccount, renameAccount, setTier } from "#lib/accounts/store.ts";
import { listActivity } from "#lib/activity/read.ts";
import { restoreApiKeys } from "#lib/api-keys/bulk.ts";
import { changeExpiry } from "#lib/api-keys/change-expiry.ts";
import { noteDecoyUse } from "#lib/api-keys/decoys.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { endReplacedKeys } from "#lib/api-keys/end-replaced-keys.ts";
import { UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { extendOverlap, rotateApiKey } from "#lib/api-keys/rotation.ts";
import { createApiKey, deleteApiKey, noteApiKey, renameApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { grantCredits } from "#lib/credits/store.ts";
import { database } from "#lib/database/client.ts";
import { changeLeakGrace } from "#lib/leaks/grace.ts";
import { recordLeak } from "#lib/leaks/record-leak.ts";
import type { Result } from "#lib/result.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";
import { flushUsage } from "#lib/usage/recorder.ts";

const CALLER = { actor: "user", address: "198.18.5.1", userAgent: "vitest" } as const;

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

async function succeed<T>(result: Promise<Result<T, string> | { ok: false }>): Promise<T> {
  const settled = await result;
  if (!settled.ok) throw new Error(JSON.stringify(settled));
  return settled.value;
}

/**
 * Does everything that an account can go through, by the functions that the product calls. Returns
 * the account's id.
 */
async function everyAction(): Promise<UserId> {
  const user = { name: "Ada", email: "ada@example.com", password: "correct horse battery" };
  const signedUp = await succeed(signUp(user, CALLER));
  const { userId } = signedUp;
  await endSession(userId, signedUp.sessionId, CALLER);
  let session = await succeed(signIn(user, CALLER));
  await succeed(linkProvider(session, { provider: "oidc", subject: "ada" }, CALLER));
  await succeed(signInWithProvider({ provider: "oidc", subject: "ada", name: "Ada", email: null }, CALLER));
  await succeed(unlinkProvider(session, { provider: "oidc", password: user.password }, [], CALLER));
  const next = "another horse battery";
  await succeed(changePassword(session, { current: user.password, next }, CALLER));
  await renameAccount(userId, "Countess", CALLER);
  await changeLeakGrace(userId, true, CALLER);
  const email = "countess@example.com";
  await succeed(changeEmail(userId, { email, password: next }, CALLER));
  await succeed(redeemEmailLink(await emailLink(userId, email), CALLER));
  const { token } = await succeed(createPasswordLink(email, CALLER));
  await succeed(redeemPasswordLink({ token, password: "yet another battery" }, CALLER));
  await succeed(signIn({ email, password: "yet another battery" }, CALLER));
  await endSessions(userId, CALLER);
  await succeed(setTier(userId, "scale", CALLER));
  await succeed(grantCredits(userId, 5, CALLER));
  await succeed(disableAccount(userId, CALLER));
  await succeed(enableAccount(userId, CALLER));
  session = await succeed(signIn({ email, password: "yet another battery" }, CALLER));
  await everyKeyAction(userId);
  await succeed(deleteAccount(session, { password: "yet another battery", email }, CALLER));
  return userId;
}

/** Returns the token of a link, which otherwise only an email contains. */
async function emailLink(userId: UserId, email: string): Promise<string> {
  const token = "t".repeat(43);
  const tokenHash = new Uint8Array(hash("sha256", token, "buffer"));
  const expiresAt = new Date(Date.now() + HOUR_MS);
  await database().emailLink.create({ data: { tokenHash, userId, email, expiresAt } });
  return token;
}

async function everyKeyAction(userId: UserId): Promise<void> {
  const { key } = await createKey(userId);
  await succeed(renameApiKey(userId, key.id, "Renamed", CALLER));
  await succeed(noteApiKey(userId, key.id, "In the vault", CALLER));
  await succeed(changeExpiry(userId, key.id, { type: "preset", preset: "7d" }, CALLER));
  await succeed(changeRestrictions(userId, key.id, { ...UNRESTRICTED, scopes: [] }, CALLER));
  for (const disabling of ["disabled", "enabled"] as const)
    await succeed(setDisabled(userId, key.id, disabling, CALLER));
  const successor = await succeed(rotateApiKey(userId, key.id, "on_use", CALLER));
  await succeed(extendOverlap(userId, key.id, "1h", CALLER));
  const api = await startApi();
  expect((await api.call("/key", {}, successor.secret)).status).toBe(200);
  api.close();
  await flushUsage();
  expect(await endReplacedKeys()).toBe(1);
  await succeed(revokeApiKey(userId, key.id, CALLER));
  const { deletedAt } = await succeed(deleteApiKey(userId, key.id, CALLER));
  await succeed(restoreApiKeys(userId, deletedAt, CALLER));
  const decoy = await succeed(
    createApiKey(userId, { name: "Decoy", environment: "staging", expiry: { type: "never" }, decoy: true }, CALLER),
  );
  await noteDecoyUse({ userId, apiKeyId: decoy.key.id, address: "203.0.113.9", userAgent: "curl/8" });
  await recordLeak(userId, [key.id], { source: "Scanner", url: "" }, CALLER);
}

test("every action, done once, is on record and says what it was about", async () => {
  const { rows } = await listActivity(await everyAction(), {}, 100);
  expect(new Set(rows.map(({ action }) => action))).toEqual(new Set(Object.keys(ACTION_WORDS)));
  expect(rows.filter((record) => !activityDetail(record))).toEqual([]);
});

test("a record of another version is shown as far as it can be read", () => {
  const read = (action: string, details: object) =>
    [activityWords(action as never), activityDetail({ action, details } as never)].join(": ");
  for (const [action, [title]] of Object.entries(ACTION_WORDS))
    expect(read(action, {})).toMatch(new RegExp(`^${title}: (?!.*undefined)`));
  expect(read("account.signed_in", { with: "github" })).toBe("Signed in: GitHub");
  expect(read("account.password_changed", { by: "password_link" })).toBe("Password changed: Password link");
  const narrowed = { from: { scopes: null, requestsPerMinute: 5 }, to: { scopes: ["a:b"], requestsPerMinute: null } };
  expect(read("api_key.restrictions_changed", { name: "CI", ...narrowed })).toBe(
    "Key permissions changed: CI: full access → a:b; 5 requests a minute → no request limit",
  );
  expect(read("account.to_come", { of: "tomorrow" })).toBe("account.to_come: ");
});
