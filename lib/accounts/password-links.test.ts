import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPerson, useOwnDatabase } from "#e2e/test-database.ts";
import { changePassword } from "#lib/accounts/change-password.ts";
import { createPasswordLink, prunePasswordLinks, redeemPasswordLink } from "#lib/accounts/password-links.ts";
import { redeemInput } from "#lib/accounts/schema.ts";
import { findSessionUser, startSession } from "#lib/accounts/sessions.ts";
import { signIn } from "#lib/accounts/sign-in.ts";
import { disableAccount } from "#lib/accounts/store.ts";
import { database } from "#lib/database/client.ts";

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

describe("a password link", () => {
  test("sets a password, ends all sessions and is recorded", async () => {
    const ada = await createPerson();
    const session = await database().$transaction((transaction) => startSession(transaction, ada.id, CALLER));
    const token = await linkFor(ada.email);
    expect(await redeemPasswordLink(token, PASSWORD, CALLER)).toEqual({ ok: true, value: { email: ada.email } });
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
    const token = await linkFor((await createPerson()).email);
    const results = await Promise.all(Array.from({ length: 5 }, () => redeemPasswordLink(token, PASSWORD, CALLER)));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await redeemPasswordLink(token, PASSWORD, CALLER)).toEqual({ ok: false, error: "invalid_link" });
  });

  test("is good for an hour", async () => {
    const ada = await createPerson();
    const token = await linkFor(ada.email);
    const [row] = await database().passwordLink.findMany({ where: { userId: ada.id } });
    expect((row?.expiresAt.getTime() ?? 0) - (row?.createdAt.getTime() ?? 0)).toBe(3_600_000);
    await database().passwordLink.updateMany({ where: { userId: ada.id }, data: { expiresAt: new Date() } });
    expect(await redeemPasswordLink(token, PASSWORD, CALLER)).toEqual({ ok: false, error: "invalid_link" });
  });

  test("is not used up by a password that is refused", async () => {
    const ada = await createPerson();
    const token = await linkFor(ada.email);
    expect(await redeemPasswordLink(token, "password123", CALLER)).toEqual({ ok: false, error: "common_password" });
    expect(await redeemPasswordLink(token, ada.email, CALLER)).toEqual({ ok: false, error: "own_name_password" });
    expect((await redeemPasswordLink(token, PASSWORD, CALLER)).ok).toBe(true);
  });

  test("replaces an older one", async () => {
    const ada = await createPerson();
    const older = await linkFor(ada.email);
    const newer = await linkFor(ada.email);
    expect(await redeemPasswordLink(older, PASSWORD, CALLER)).toEqual({ ok: false, error: "invalid_link" });
    expect((await redeemPasswordLink(newer, PASSWORD, CALLER)).ok).toBe(true);
  });

  test("is worth nothing when the password was changed meanwhile, and only the person's own is", async () => {
    const [ada, bob] = [await createPerson(), await createPerson("Bob")];
    await redeemPasswordLink(await linkFor(ada.email), PASSWORD, CALLER);
    const [adas, bobs] = [await linkFor(ada.email), await linkFor(bob.email)];
    const change = (current: string) =>
      changePassword({ userId: ada.id, sessionId: randomUUID() }, { current, next: "another new password" }, CALLER);
    expect(await change("not the password")).toEqual({ ok: false, error: "wrong_password" });
    expect(await database().passwordLink.count({ where: { userId: ada.id, usedAt: null } })).toBe(1);
    expect((await change(PASSWORD)).ok).toBe(true);
    expect(await redeemPasswordLink(adas, "an attacker's password", CALLER)).toEqual({
      ok: false,
      error: "invalid_link",
    });
    expect((await signIn({ email: ada.email, password: "another new password" }, CALLER)).ok).toBe(true);
    expect((await redeemPasswordLink(bobs, PASSWORD, CALLER)).ok).toBe(true);
  });

  test("of a disabled person, and a made-up one, are refused", async () => {
    const ada = await createPerson();
    const token = await linkFor(ada.email);
    await disableAccount(ada.id, OPERATOR);
    expect(await redeemPasswordLink(token, PASSWORD, CALLER)).toEqual({ ok: false, error: "invalid_link" });
    expect(await redeemPasswordLink("x".repeat(43), PASSWORD, CALLER)).toEqual({ ok: false, error: "invalid_link" });
    expect(await createPasswordLink("nobody@example.com", OPERATOR)).toEqual({ ok: false, error: "not_found" });
  });

  test("is stored only as a hash", async () => {
    const token = await linkFor((await createPerson()).email);
    const rows = await database().$queryRaw<{ row: string }[]>`SELECT l::text AS "row" FROM "PasswordLink" l`;
    expect(rows.some(({ row }) => row.includes(token) || row.includes(Buffer.from(token).toString("hex")))).toBe(false);
  });

  test("may be pasted whole or as the code alone", async () => {
    const token = await linkFor((await createPerson()).email);
    for (const pasted of [token, ` ${token}\n`, `https://dash.example.com/password-link#${token}`])
      expect(redeemInput.safeParse({ token: pasted, password: PASSWORD }).data?.token).toBe(token);
  });
});

test("links that ended more than a day ago are removed, used or not, and all of them", async () => {
  const ada = await createPerson();
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
  expect((await redeemPasswordLink(token, PASSWORD, CALLER)).ok).toBe(true);
});
