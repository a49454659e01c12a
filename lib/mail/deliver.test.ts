import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type MailServer, mailSettings, startMailServer } from "#e2e/support/mail-server.ts";
import { createVerifiedUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { anonymize } from "#lib/accounts/anonymize.ts";
import { database } from "#lib/database/client.ts";
import { listUndelivered, retryFailed } from "#lib/mail/dead-letters.ts";
import { deliverMail, startDelivery } from "#lib/mail/deliver.ts";
import type { MailData, MailKind } from "#lib/mail/kinds.ts";
import { readOutbox } from "#lib/mail/mail-metrics.ts";
import { claimMail, markHandedOver, NOTICES_AN_HOUR } from "#lib/mail/outbox.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";

let server: MailServer;
let close: () => Promise<void>;
beforeAll(async () => {
  server = await startMailServer();
  Object.assign(process.env, mailSettings(server));
  close = await useOwnDatabase();
});
afterAll(async () => {
  await close();
  await server.stop();
});
beforeEach(() => {
  server.mails.length = 0;
});
afterEach(async () => {
  server.faults = Object.assign(server.faults, {
    connect: undefined,
    to: undefined,
    data: undefined,
    answer: undefined,
  });
  await database().mail.deleteMany();
});

type User = Awaited<ReturnType<typeof createVerifiedUser>>;
const queue = <Kind extends MailKind>({ id }: User, kind: Kind, data: MailData<Kind>) =>
  database().$transaction((transaction) => queueMail(transaction, id, kind, data));
const queueSecurity = (user: User) => queue(user, "account.password_changed", { sessionsEnded: 1 });
const queueNotice = (user: User, name = "Production") =>
  queue(user, "api_key.created", { id: "019ac0de-0000-7000-8000-000000000000", name, environment: "production" });

/** Delivers everything that is due, as the dashboard's process does, and returns the outcomes. */
async function deliverDue(): Promise<string[]> {
  const outcomes: string[] = [];
  for (let mail = await claimMail(); mail; mail = await claimMail())
    if (mail !== "settled") outcomes.push((await deliverMail(server.url, mail)).outcome);
  return outcomes;
}
/** Moves the outbox into the past, so that waiting emails are due. */
const pass = (interval: string) =>
  database().$executeRaw`UPDATE "Mail" SET "dueAt" = "dueAt" - ${interval}::interval,
    "endedAt" = "endedAt" - ${interval}::interval, "giveUpAt" = "giveUpAt" - ${interval}::interval`;
const subjects = () => server.mails.map(({ subject }) => subject);

describe("an email", () => {
  test("belongs to the transaction that queues it", async () => {
    const ada = await createVerifiedUser();
    await expect(
      database().$transaction(async (transaction) => {
        await queueMail(transaction, ada.id, "account.password_changed", { sessionsEnded: 0 });
        throw new Error("rolled back");
      }),
    ).rejects.toThrow("rolled back");
    expect(await deliverDue()).toEqual([]);
  });

  test("has plain text first, then HTML, one link, and the headers that email clients need", async () => {
    const ada = await createVerifiedUser();
    await queueNotice(ada, "<b>gt_abcdefghijklmnopqrstuvwxyz0123456789</b>");
    await deliverDue();
    const [mail] = server.mails;
    expect(mail?.from?.text).toBe('"GoodTake" <keys@goodtake.example>');
    expect(mail?.recipient).toBe(ada.email);
    expect(mail?.messageId).toMatch(/^<[0-9a-f-]{36}@goodtake\.example>$/);
    expect(mail?.headers.get("auto-submitted")).toBe("auto-generated");
    expect(mail?.raw.indexOf("text/plain")).toBeLessThan(mail?.raw.indexOf("text/html") ?? 0);
    const links = (text = "") => new Set(text.match(/https?:\/\/[^\s"<]+/g));
    const url = "https://dashboard.example.com/settings/developer/019ac0de-0000-7000-8000-000000000000";
    expect(links(mail?.text)).toEqual(new Set([url]));
    expect([...String(mail?.html).matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([url]);
    expect(mail?.html).toContain("&lt;b&gt;gt_abcd…&lt;/b&gt;");
    // A user may type a key as a name. It must not get into an email.
    expect(mail?.raw).not.toContain("klmnopqrstuvwxyz");
    expect(mail?.subject).toBe("API key created: <b>gt_abcd…</b>");
  });

  test("goes to its account's address only, and once", async () => {
    const users = await Promise.all([createVerifiedUser(), createVerifiedUser("Bob"), createVerifiedUser("Eve")]);
    for (const user of users) await queueNotice(user, `key of ${user.email}`);
    await deliverDue();
    expect(await deliverDue()).toEqual([]);
    expect(server.mails.map(({ recipient }) => recipient).sort()).toEqual(users.map(({ email }) => email).sort());
    for (const { recipient, raw } of server.mails)
      for (const { email } of users) expect(raw.includes(email)).toBe(email === recipient);
  });

  test("of a deleted account is removed", async () => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    await database().$executeRawUnsafe(anonymize(`SELECT $1::uuid AS "id", now() AS "deletedAt"`), ada.id);
    expect(await deliverDue()).toEqual([]);
    expect(await database().mail.count()).toBe(0);
  });

  test("that two processes try to claim is claimed by one", async () => {
    const ada = await createVerifiedUser();
    for (let i = 0; i < 5; i += 1) await queueSecurity(ada);
    const claims = await Promise.all(Array.from({ length: 10 }, claimMail));
    const ids = claims.flatMap((claim) => (claim && claim !== "settled" ? [claim.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(5);
  });

  test("of a kind that only a newer version knows waits for it", async () => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    await database().mail.updateMany({ data: { kind: "moon.full" } });
    expect(await deliverDue()).toEqual([]);
    expect((await readOutbox()).waiting).toBe(1);
  });
});

describe("an email that the mail server didn't accept", () => {
  test.each([
    ["connect", "close"],
    ["to", 451],
    ["to", 550],
    ["answer", 452],
    ["answer", 550],
  ] as const)("at %s by %s is tried again later and arrives once", async (step, fault) => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    server.faults[step] = fault;
    await deliverDue();
    delete server.faults[step];
    expect(await deliverDue()).toEqual([]);
    await pass("31 s");
    expect(await deliverDue()).toEqual(["accepted"]);
    expect(server.mails).toHaveLength(1);
    await pass("2 h");
    expect(await deliverDue()).toEqual([]);
  });

  test("fails after five final rejections; the operator sees why and retries it", async () => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    server.faults.to = 550;
    for (let i = 0; i < 5; i += 1) {
      expect(await deliverDue()).toEqual(["rejected"]);
      await pass("15 min");
    }
    expect(await deliverDue()).toEqual([]);
    const [dead] = await listUndelivered();
    expect(dead).toMatchObject({
      to: ada.email,
      attempts: 5,
      outcome: "failed",
      problem: expect.stringContaining("Not now"),
    });
    expect(await readOutbox()).toEqual({ waiting: 0, failed: 1, oldestS: 0 });
    delete server.faults.to;
    expect(await retryFailed()).toBe(1);
    expect(await deliverDue()).toEqual(["accepted"]);
    expect(await listUndelivered()).toEqual([]);
  });

  test("for an hour is delivered once when the mail server is up again", async () => {
    const ada = await createVerifiedUser();
    for (let i = 0; i < 8; i += 1) await queueNotice(ada, `key ${i}`);
    server.faults.connect = "close";
    for (let minutes = 0; minutes < 60; minutes += 5) {
      await deliverDue();
      await pass("5 min");
    }
    expect((await readOutbox()).waiting).toBe(8);
    delete server.faults.connect;
    await pass("15 min");
    await deliverDue();
    expect(subjects().sort()).toEqual(Array.from({ length: 8 }, (_, i) => `API key created: key ${i}`));
  });

  test("for three days fails", async () => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    server.faults.connect = "close";
    await deliverDue();
    await pass("73 h");
    expect(await deliverDue()).toEqual([]);
    expect(await listUndelivered()).toMatchObject([{ outcome: "failed" }]);
  });
});

describe("a delivery whose outcome is unknown", () => {
  test.each(["close", "answer lost"] as const)("(%s) is retried once, with the same Message-ID", async (how) => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    server.faults[how === "close" ? "data" : "answer"] = "close";
    expect(await deliverDue()).toEqual(["unknown"]);
    await pass("5 min");
    expect(await deliverDue()).toEqual(["unknown"]);
    await pass("1 h");
    expect(await deliverDue()).toEqual([]);
    expect(await listUndelivered()).toMatchObject([
      { outcome: "failed", problem: expect.stringContaining("may have been") },
    ]);
    expect(server.mails).toHaveLength(how === "close" ? 0 : 2);
    expect(new Set(server.mails.map(({ messageId }) => messageId)).size).toBeLessThanOrEqual(1);
    expect(new Set(server.mails.map(({ raw }) => raw.slice(raw.indexOf("\n")))).size).toBeLessThanOrEqual(1);
  });

  test("because of a kill before the handover is retried after the lease, any number of times", async () => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    for (let i = 0; i < 4; i += 1) {
      expect(await claimMail()).toMatchObject({ attempts: i + 1 });
      expect(await claimMail()).toBeUndefined();
      await pass("121 s");
    }
    expect(await deliverDue()).toEqual(["accepted"]);
  });

  test("because of a kill after the handover is retried once", async () => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    for (let i = 0; i < 2; i += 1) {
      const mail = await claimMail();
      if (mail === undefined || mail === "settled") throw new Error("Nothing is due.");
      await markHandedOver(mail);
      await pass("121 s");
      expect(await claimMail()).toBe("settled");
      await pass("10 min");
    }
    expect(await claimMail()).toBeUndefined();
    expect(await listUndelivered()).toMatchObject([{ outcome: "failed", problem: expect.stringContaining("killed") }]);
  });

  test("from a process that was paused for longer than its lease hands nothing over", async () => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    const late = await claimMail();
    await pass("121 s");
    expect(await deliverDue()).toEqual(["accepted"]);
    if (late === undefined || late === "settled") throw new Error("Nothing was due.");
    expect(await deliverMail(server.url, late)).toMatchObject({ outcome: "not_sent" });
    expect(server.mails).toHaveLength(1);
  });
});

describe("an account with many notices in an hour", () => {
  test("gets a digest of the rest an hour later, and its security notices immediately", async () => {
    const ada = await createVerifiedUser();
    const bob = await createVerifiedUser("Bob");
    for (let i = 0; i < NOTICES_AN_HOUR + 30; i += 1) await queueNotice(ada, `key ${i}`);
    await queueSecurity(ada);
    await queueNotice(bob);
    await deliverDue();
    const to = (email: string) => server.mails.filter(({ recipient }) => recipient === email);
    expect(to(ada.email)).toHaveLength(NOTICES_AN_HOUR + 1);
    expect(subjects()).toContain("Your password was changed");
    expect(to(bob.email)).toHaveLength(1);

    for (let i = 0; i < 30; i += 1) await queueNotice(ada, `later ${i}`);
    expect(await deliverDue()).toEqual([]);
    expect((await readOutbox()).oldestS).toBe(0);
    await pass("61 min");
    server.mails.length = 0;
    expect(await deliverDue()).toEqual(["accepted"]);
    expect(subjects()).toEqual(["60 more notifications about your account"]);
    expect(server.mails[0]?.text).toContain("• API key created: key 10\n");
    expect(server.mails[0]?.text).toContain("And 10 more.");
  });

  test("gets no more if two processes deliver in parallel", async () => {
    const ada = await createVerifiedUser();
    for (let i = 0; i < 40; i += 1) await queueNotice(ada, `key ${i}`);
    await Promise.all(Array.from({ length: 6 }, deliverDue));
    expect(server.mails).toHaveLength(NOTICES_AN_HOUR);
    expect(await database().mail.count({ where: { kind: "digest" } })).toBe(1);
  });
});

test("the dashboard's process delivers new emails until it is stopped", async () => {
  const ada = await createVerifiedUser();
  const delivery = startDelivery();
  await queueSecurity(ada);
  await server.mailTo(ada.email);
  await delivery.stop();
  expect(await database().mail.count({ where: { outcome: "sent" } })).toBe(1);
  await queueSecurity(ada);
  expect(server.mails).toHaveLength(1);
  expect((await readOutbox()).waiting).toBe(1);
});
