import { describe, expect, test } from "vitest";
import { givenOutbox } from "#e2e/support/outbox.ts";
import { createVerifiedUser } from "#e2e/support/test-database.ts";
import { anonymize } from "#lib/accounts/anonymize.ts";
import { database } from "#lib/database/client.ts";
import { startDelivery } from "#lib/mail/deliver.ts";
import { readOutbox } from "#lib/mail/mail-metrics.ts";
import { claimMail, NOTICES_AN_HOUR } from "#lib/mail/outbox.ts";
import { queueMail } from "#lib/mail/queue-mail.ts";

const { mailServer, queueSecurity, queueNotice, deliverDue, pass, subjects } = givenOutbox();

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
    const [mail] = mailServer().mails;
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
    expect(
      mailServer()
        .mails.map(({ recipient }) => recipient)
        .sort(),
    ).toEqual(users.map(({ email }) => email).sort());
    for (const { recipient, raw } of mailServer().mails)
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

describe("an account with many notices in an hour", () => {
  test("gets a digest of the rest an hour later, and its security notices immediately", async () => {
    const ada = await createVerifiedUser();
    const bob = await createVerifiedUser("Bob");
    for (let i = 0; i < NOTICES_AN_HOUR + 30; i += 1) await queueNotice(ada, `key ${i}`);
    await queueSecurity(ada);
    await queueNotice(bob);
    await deliverDue();
    const to = (email: string) => mailServer().mails.filter(({ recipient }) => recipient === email);
    expect(to(ada.email)).toHaveLength(NOTICES_AN_HOUR + 1);
    expect(subjects()).toContain("Your password was changed");
    expect(to(bob.email)).toHaveLength(1);

    for (let i = 0; i < 30; i += 1) await queueNotice(ada, `later ${i}`);
    expect(await deliverDue()).toEqual([]);
    expect((await readOutbox()).oldestS).toBe(0);
    await pass("61 min");
    mailServer().mails.length = 0;
    expect(await deliverDue()).toEqual(["accepted"]);
    expect(subjects()).toEqual(["60 more notifications about your account"]);
    expect(mailServer().mails[0]?.text).toContain("• API key created: key 10\n");
    expect(mailServer().mails[0]?.text).toContain("And 10 more.");
  });

  test("gets no more if two processes deliver in parallel", async () => {
    const ada = await createVerifiedUser();
    for (let i = 0; i < 40; i += 1) await queueNotice(ada, `key ${i}`);
    await Promise.all(Array.from({ length: 6 }, deliverDue));
    expect(mailServer().mails).toHaveLength(NOTICES_AN_HOUR);
    expect(await database().mail.count({ where: { kind: "digest" } })).toBe(1);
  });
});

test("the dashboard's process delivers new emails until it is stopped", async () => {
  const ada = await createVerifiedUser();
  const delivery = startDelivery();
  await queueSecurity(ada);
  await mailServer().mailTo(ada.email);
  await delivery.stop();
  expect(await database().mail.count({ where: { outcome: "sent" } })).toBe(1);
  await queueSecurity(ada);
  expect(mailServer().mails).toHaveLength(1);
  expect((await readOutbox()).waiting).toBe(1);
});
