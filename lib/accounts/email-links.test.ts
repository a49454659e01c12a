import { hash } from "@node-rs/argon2";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { linkIn, type MailServer, mailSettings, startMailServer } from "#e2e/support/mail-server.ts";
import { createUser, createVerifiedUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { changeEmail } from "#lib/accounts/change-email.ts";
import { changePassword } from "#lib/accounts/change-password.ts";
import { mailEmailLink, readEmailState, redeemEmailLink, resendEmailLink } from "#lib/accounts/email-links.ts";
import type { UserId } from "#lib/accounts/model/user-id.ts";
import { createPasswordLink, readPasswordLink, redeemPasswordLink } from "#lib/accounts/password-links.ts";
import { requestPasswordReset } from "#lib/accounts/password-reset.ts";
import { signInWithProvider } from "#lib/accounts/provider-sign-in.ts";
import { findSessionUser, startSession } from "#lib/accounts/sessions.ts";
import { signUp } from "#lib/accounts/sign-up.ts";
import { disableAccount } from "#lib/accounts/store.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { rotateApiKey } from "#lib/api-keys/rotation.ts";
import { createApiKey } from "#lib/api-keys/store.ts";
import { verifySecret } from "#lib/api-keys/verify.ts";
import { database } from "#lib/database/client.ts";
import { deliverMail } from "#lib/mail/deliver.ts";
import { claimMail } from "#lib/mail/outbox.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";

const CALLER = { actor: "user", address: "198.18.7.1", userAgent: "vitest" } as const;
const PASSWORD = "correct horse battery";

let server: MailServer;
let close: () => Promise<void>;
beforeAll(async () => {
  server = await startMailServer();
  Object.assign(process.env, mailSettings(server), {
    AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a",
    REQUIRE_VERIFIED_EMAIL: "true",
  });
  close = await useOwnDatabase();
});
afterAll(async () => {
  await close();
  await server.stop();
});
beforeEach(async () => {
  server.mails.length = 0;
  await database().mail.deleteMany();
  await database().emailLink.deleteMany();
  await database().throttle.deleteMany();
});

async function deliver(): Promise<void> {
  for (let mail = await claimMail(); mail; mail = await claimMail())
    if (mail !== "settled") await deliverMail(server.url, mail);
}
/** Delivers what is due and returns the token of the newest mail to an address. */
async function tokenTo(email: string): Promise<string> {
  await deliver();
  const mail = server.mails.findLast(({ recipient }) => recipient === email);
  return mail ? String(linkIn(mail).split("#")[1]) : "no mail";
}
const sendTo = ({ id, email }: { id: UserId; email: string }, to = email) =>
  database().$transaction((transaction) => mailEmailLink(transaction, id, to));
const verifiedAt = async (id: UserId) => (await database().user.findUniqueOrThrow({ where: { id } })).emailVerifiedAt;
const recipients = () => server.mails.map(({ recipient }) => recipient);

test("a link verifies its address once", async () => {
  const ada = await createUser();
  await sendTo(ada);
  const token = await tokenTo(ada.email);
  const [first, second] = await Promise.all([redeemEmailLink(token, CALLER), redeemEmailLink(token, CALLER)]);
  expect([first.ok, second.ok].sort()).toEqual([false, true]);
  expect(await verifiedAt(ada.id)).not.toBeNull();
  expect(await redeemEmailLink(token, CALLER)).toEqual({ ok: false, error: "invalid_link" });
  expect(await redeemEmailLink("x".repeat(43), CALLER)).toEqual({ ok: false, error: "invalid_link" });
});

test("a link ends after 24 hours, with a newer one and with a disabled account", async () => {
  const ada = await createUser();
  await sendTo(ada);
  const older = await tokenTo(ada.email);
  await sendTo(ada);
  const newer = await tokenTo(ada.email);
  expect(await redeemEmailLink(older, CALLER)).toMatchObject({ error: "invalid_link" });
  await database().$executeRaw`UPDATE "EmailLink" SET "expiresAt" = "expiresAt" - interval '24 hours'`;
  expect(await redeemEmailLink(newer, CALLER)).toMatchObject({ error: "invalid_link" });
  await sendTo(ada);
  const last = await tokenTo(ada.email);
  await disableAccount(ada.id, CALLER);
  expect(await redeemEmailLink(last, CALLER)).toMatchObject({ error: "invalid_link" });
  expect(await verifiedAt(ada.id)).toBeNull();
});

test("neither the database nor the log of what was sent has a token", async () => {
  const ada = await createUser();
  await sendTo(ada);
  const token = await tokenTo(ada.email);
  const rows = await database().$queryRaw<{ row: string }[]>`
    SELECT to_jsonb(m)::text AS "row" FROM "Mail" m UNION ALL SELECT to_jsonb(l)::text FROM "EmailLink" l`;
  expect(rows).toHaveLength(2);
  for (const { row } of rows) expect(row).not.toContain(token);
});

test("an address gets three verification mails a day, whoever asks", async () => {
  const [ada, bob] = [await createUser(), await createUser("Bob")];
  for (let i = 0; i < 2; i += 1) expect(await sendTo(ada)).toEqual({ ok: true });
  expect(await sendTo(bob, ada.email)).toEqual({ ok: true });
  expect(await resendEmailLink(ada.id)).toMatchObject({ ok: false, error: "throttled" });
  expect((await readEmailState(ada.id)).waitSeconds).toBeGreaterThan(86_000);
  expect(await sendTo(bob)).toEqual({ ok: true });
  for (let i = 0; i < 20; i += 1) await sendTo(bob, `victim-${i}@example.org`);
  await deliver();
  expect(recipients().filter((email) => email.startsWith("victim"))).toHaveLength(8);
});

test("an address that isn't verified gets nothing else", async () => {
  const ada = await createUser();
  const notify = () =>
    database().$transaction((transaction) =>
      queueMail(transaction, ada.id, "account.password_changed", { sessionsEnded: 0 }),
    );
  await notify();
  await deliver();
  expect(recipients()).toEqual([]);
  await sendTo(ada);
  await redeemEmailLink(await tokenTo(ada.email), CALLER);
  await notify();
  await deliver();
  expect(recipients()).toEqual([ada.email, ada.email]);
});

test("another address takes effect when its link is redeemed; the former one is told, if it was verified", async () => {
  for (const isVerified of [true, false]) {
    const ada = await createUser();
    const to = `new-${ada.email}`;
    const passwordHash = await hash(PASSWORD, { memoryCost: 1_024, timeCost: 1 });
    await database().user.update({
      where: { id: ada.id },
      data: { passwordHash, emailVerifiedAt: isVerified ? new Date() : null },
    });
    expect(await changeEmail(ada.id, { email: to, password: PASSWORD }, CALLER)).toEqual({
      ok: true,
      value: "link_sent",
    });
    expect(await readEmailState(ada.id)).toMatchObject({ email: ada.email, isVerified, sent: { to } });
    const token = await tokenTo(to);
    expect(recipients()).toEqual([to]);
    expect(await redeemEmailLink(token, CALLER)).toEqual({ ok: true, value: { email: to } });
    expect(await readEmailState(ada.id)).toMatchObject({ email: to, isVerified: true, sent: undefined });
    await deliver();
    expect(recipients()).toEqual(isVerified ? [to, ada.email] : [to]);
    server.mails.length = 0;
  }
});

test.each(["changed", "reset"])(
  "a password that is %s ends the change to another address, and no verification",
  async (how) => {
    const ada = await createUser();
    const passwordHash = await hash(PASSWORD, { memoryCost: 1_024, timeCost: 1 });
    await database().user.update({ where: { id: ada.id }, data: { passwordHash } });
    const session = await startSession(database(), ada.id, CALLER);
    const setPassword = async () => {
      if (how === "changed")
        return changePassword(session, { current: PASSWORD, next: "a fresh new password" }, CALLER);
      const link = await createPasswordLink(ada.email, CALLER);
      return redeemPasswordLink({ token: link.ok ? link.value.token : "", password: "a fresh new password" }, CALLER);
    };
    await changeEmail(ada.id, { email: `thief-of-${ada.email}`, password: PASSWORD }, CALLER);
    const token = await tokenTo(`thief-of-${ada.email}`);
    expect(await setPassword()).toMatchObject({ ok: true });
    expect(await redeemEmailLink(token, CALLER)).toEqual({ ok: false, error: "invalid_link" });
    expect(await resendEmailLink(ada.id)).toEqual({ ok: true });
    const own = await tokenTo(ada.email);
    const link = await createPasswordLink(ada.email, CALLER);
    await redeemPasswordLink({ token: link.ok ? link.value.token : "", password: "another new password" }, CALLER);
    expect(await redeemEmailLink(own, CALLER)).toEqual({ ok: true, value: { email: ada.email } });
  },
);

test("an address that another account got meanwhile stays that account's", async () => {
  const ada = await createUser();
  await sendTo(ada, "wanted@example.com");
  const token = await tokenTo("wanted@example.com");
  await createUser("Bob", "free", "wanted@example.com");
  expect(await redeemEmailLink(token, CALLER)).toEqual({ ok: false, error: "email_taken" });
  expect((await readEmailState(ada.id)).email).toBe(ada.email);
});

test("a sign-up sends a link, and a provider's verified address needs none", async () => {
  const password = await signUp({ name: "Ada", email: "ada@example.net", password: PASSWORD }, CALLER);
  const named = { provider: "oidc", name: "Grace" };
  const verified = await signInWithProvider(
    { ...named, subject: "1", email: "grace@example.net", isVerified: true },
    CALLER,
  );
  const claimed = await signInWithProvider({ ...named, subject: "2", email: "eve@example.net" }, CALLER);
  await deliver();
  expect(recipients().sort()).toEqual(["ada@example.net", "eve@example.net"]);
  const states = [];
  for (const session of [password, verified, claimed])
    if (session.ok) states.push(await verifiedAt(session.value.userId));
  expect(states).toEqual([null, expect.any(Date), null]);
});

test("until the address is verified, keys can't be created, rotated or enabled, and existing ones work", async () => {
  const ada = await createUser();
  await database().user.update({ where: { id: ada.id }, data: { emailVerifiedAt: new Date() } });
  const input = { name: "Old", environment: "production", expiry: { type: "never" } } as const;
  const [kept, paused] = [await createApiKey(ada.id, input, CALLER), await createApiKey(ada.id, input, CALLER)];
  if (!kept.ok || !paused.ok) throw new Error("No key was made.");
  await setDisabled(ada.id, paused.value.key.id, "disabled", CALLER);
  await database().user.update({ where: { id: ada.id }, data: { emailVerifiedAt: null } });
  const unverified = { ok: false, error: "email_unverified" };
  expect(await createApiKey(ada.id, input, CALLER)).toEqual(unverified);
  expect(await rotateApiKey(ada.id, kept.value.key.id, "1h", CALLER)).toEqual(unverified);
  expect(await setDisabled(ada.id, paused.value.key.id, "enabled", CALLER)).toEqual(unverified);
  expect(await setDisabled(ada.id, kept.value.key.id, "disabled", CALLER)).toMatchObject({ ok: true });
  await database().user.update({ where: { id: ada.id }, data: { emailVerifiedAt: new Date() } });
  expect(await setDisabled(ada.id, kept.value.key.id, "enabled", CALLER)).toMatchObject({ ok: true });
  expect(await verifySecret(kept.value.secret)).toMatchObject({ ok: true });
});

test("a mailed reset link verifies the address, ends sessions, and asks about keys only if it wasn't verified", async () => {
  for (const isVerified of [true, false]) {
    const ada = await createUser();
    await database().user.update({ where: { id: ada.id }, data: { emailVerifiedAt: new Date() } });
    await createApiKey(ada.id, { name: "Key", environment: "production", expiry: { type: "never" } }, CALLER);
    if (!isVerified) await database().user.update({ where: { id: ada.id }, data: { emailVerifiedAt: null } });
    const { sessionId } = await startSession(database(), ada.id, CALLER);
    expect(await requestPasswordReset(ada.email, CALLER)).toEqual({ ok: true, value: undefined });
    const token = await tokenTo(ada.email);
    const read = await readPasswordLink(token);
    expect(read.ok && read.value?.total).toBe(isVerified ? undefined : 1);
    const redeem = (keys?: "revoke") => redeemPasswordLink({ token, password: "a fresh new password", keys }, CALLER);
    if (!isVerified) expect(await redeem()).toEqual({ ok: false, error: "keys_undecided" });
    expect(await redeem(isVerified ? undefined : "revoke")).toMatchObject({ ok: true });
    expect(await findSessionUser(ada.id, sessionId)).toBeNull();
    expect(await verifiedAt(ada.id)).not.toBeNull();
  }
});

test("reset links count among the three mails a day of an address that isn't verified", async () => {
  const ada = await createUser();
  const request = (i: number) => requestPasswordReset(ada.email, { ...CALLER, address: `198.18.9.${i}` });
  expect((await sendTo(ada)).ok).toBe(true);
  for (let i = 0; i < 3; i += 1) expect(await request(i)).toEqual({ ok: true, value: undefined });
  await deliver();
  expect(recipients()).toEqual([ada.email, ada.email, ada.email]);
  const bob = await createVerifiedUser("Bob");
  for (let i = 0; i < 3; i += 1) await requestPasswordReset(bob.email, CALLER);
  expect((await sendTo(bob)).ok).toBe(true);
});

test("an operator's link doesn't verify the address", async () => {
  const ada = await createUser();
  const link = await createPasswordLink(ada.email, { ...CALLER, actor: "operator" });
  if (!link.ok) throw new Error(link.error);
  await redeemPasswordLink({ token: link.value.token, password: "a fresh new password" }, CALLER);
  expect(await verifiedAt(ada.id)).toBeNull();
});

test("a reset answers the same for an address without an account, in the same time, and is throttled the same", async () => {
  const ada = await createUser();
  const times: number[] = [];
  const answers: unknown[][] = [[], []];
  for (let i = 0; i < 4; i += 1)
    for (const [place, email] of [ada.email, "nobody@example.com"].entries()) {
      const startedAt = performance.now();
      const { retryAfterSeconds: _, ...answer } = {
        retryAfterSeconds: 0,
        ...(await requestPasswordReset(email, { ...CALLER, address: `198.18.8.${i}` })),
      };
      answers[place]?.push(answer);
      if (answer.ok) times.push(performance.now() - startedAt);
    }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]?.at(-1)).toEqual({ ok: false, error: "throttled" });
  expect(Math.min(...times)).toBeGreaterThan(590);
  await deliver();
  expect(new Set(recipients())).toEqual(new Set([ada.email]));
});
