import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { activityOf, caller, newEmail, PASSWORD, signUpAs } from "#e2e/support/test-accounts.ts";
import { useOwnDatabase } from "#e2e/support/test-database.ts";
import { endSession, endSessions, findSessionUser, pruneSessions } from "#lib/accounts/sessions.ts";
import { signIn } from "#lib/accounts/sign-in.ts";
import { database } from "#lib/database/client.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

describe("a session", () => {
  async function aged(change: "lastSeenAt" | "createdAt", days: number) {
    const session = await signUpAs(newEmail());
    await database().session.update({
      where: { id: session.sessionId },
      data: { [change]: new Date(Date.now() - days * DAY_MS) },
    });
    return session;
  }

  test.each([
    ["lastSeenAt", 13.99, true],
    ["lastSeenAt", 14.01, false],
    ["createdAt", 89.99, true],
    ["createdAt", 90.01, false],
  ] as const)("with %s %d days ago is alive: %s", async (change, days, alive) => {
    const { userId, sessionId } = await aged(change, days);
    expect((await findSessionUser(userId, sessionId)) !== null).toBe(alive);
  });

  test("is dead after signing out, for every copy of its cookie, and that is recorded once", async () => {
    const { userId, sessionId } = await signUpAs(newEmail());
    await Promise.all([endSession(userId, sessionId, caller()), endSession(userId, sessionId, caller())]);
    expect(await findSessionUser(userId, sessionId)).toBeNull();
    expect((await activityOf(userId)).map(({ action }) => action)).toEqual(["account.created", "account.signed_out"]);
  });

  test("of another user can be neither read nor ended", async () => {
    const ada = await signUpAs(newEmail());
    const grace = await signUpAs(newEmail());
    expect(await findSessionUser(grace.userId, ada.sessionId)).toBeNull();
    await endSession(grace.userId, ada.sessionId, caller());
    expect(await findSessionUser(ada.userId, ada.sessionId)).not.toBeNull();
  });

  test("that was seen is written at most once a minute, also by parallel requests", async () => {
    const { userId, sessionId } = await signUpAs(newEmail());
    const seen = async () => (await database().session.findUniqueOrThrow({ where: { id: sessionId } })).lastSeenAt;
    const fresh = await seen();
    await findSessionUser(userId, sessionId);
    expect(await seen()).toEqual(fresh);
    await database().session.update({ where: { id: sessionId }, data: { lastSeenAt: new Date(Date.now() - 61_000) } });
    await Promise.all(Array.from({ length: 10 }, () => findSessionUser(userId, sessionId)));
    const touched = await seen();
    expect(touched.getTime()).toBeGreaterThanOrEqual(fresh.getTime());
    await findSessionUser(userId, sessionId);
    expect(await seen()).toEqual(touched);
  });

  test("ends with all others of the user, and no other user's", async () => {
    const email = newEmail();
    const first = await signUpAs(email);
    const other = await signUpAs(newEmail());
    const second = await signIn({ email, password: PASSWORD }, caller());
    expect(await endSessions(first.userId, { actor: "operator", address: null, userAgent: null })).toBe(2);
    expect(await findSessionUser(first.userId, first.sessionId)).toBeNull();
    expect(second.ok && (await findSessionUser(first.userId, second.value.sessionId))).toBeNull();
    expect(await findSessionUser(other.userId, other.sessionId)).not.toBeNull();
    expect((await activityOf(first.userId)).at(-1)).toMatchObject({
      action: "account.sessions_ended",
      actor: "operator",
      details: { sessions: 2 },
    });
  });

  test("is removed 30 days after its end, and not before", async () => {
    const recent = await signUpAs(newEmail());
    const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS);
    await endSession(recent.userId, recent.sessionId, caller());
    await database().session.update({ where: { id: recent.sessionId }, data: { createdAt: daysAgo(31) } });
    const old = await signUpAs(newEmail());
    await database().session.update({
      where: { id: old.sessionId },
      data: { createdAt: daysAgo(31), endedAt: daysAgo(30.01) },
    });
    await pruneSessions();
    const left = await database().session.findMany({ where: { id: { in: [recent.sessionId, old.sessionId] } } });
    expect(left.map(({ id }) => id)).toEqual([recent.sessionId]);
  });
});
