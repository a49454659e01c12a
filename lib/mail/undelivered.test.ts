import { describe, expect, test } from "vitest";
import { givenOutbox } from "#e2e/support/outbox.ts";
import { createVerifiedUser } from "#e2e/support/test-database.ts";
import { listUndelivered, retryFailed } from "#lib/mail/dead-letters.ts";
import { deliverMail } from "#lib/mail/deliver.ts";
import { readOutbox } from "#lib/mail/mail-metrics.ts";
import { claimMail, markHandedOver } from "#lib/mail/outbox.ts";
import { metrics } from "#lib/metrics.ts";

const { mailServer, queueSecurity, queueNotice, deliverDue, pass, subjects } = givenOutbox();

/** Returns the number of emails that failed in this process, as Prometheus sees it. */
async function givenUp(): Promise<number> {
  const { values } = await metrics().mails.get();
  return values.find(({ labels }) => labels.outcome === "failed")?.value ?? 0;
}

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
    mailServer().faults[step] = fault;
    await deliverDue();
    delete mailServer().faults[step];
    expect(await deliverDue()).toEqual([]);
    await pass("31 s");
    expect(await deliverDue()).toEqual(["accepted"]);
    expect(mailServer().mails).toHaveLength(1);
    await pass("2 h");
    expect(await deliverDue()).toEqual([]);
  });

  test("fails after five final rejections; the operator sees why and retries it", async () => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    mailServer().faults.to = 550;
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
    delete mailServer().faults.to;
    expect(await retryFailed()).toBe(1);
    expect(await deliverDue()).toEqual(["accepted"]);
    expect(await listUndelivered()).toEqual([]);
  });

  test("by one permanent rejection after an outage is tried again", async () => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    mailServer().faults.connect = "close";
    for (let i = 0; i < 6; i += 1) {
      await deliverDue();
      await pass("15 min");
    }
    delete mailServer().faults.connect;
    mailServer().faults.to = 550;
    expect(await deliverDue()).toEqual(["rejected"]);
    delete mailServer().faults.to;
    await pass("15 min");
    expect(await deliverDue()).toEqual(["accepted"]);
  });

  test("for an hour is delivered once when the mail server is up again", async () => {
    const ada = await createVerifiedUser();
    for (let i = 0; i < 8; i += 1) await queueNotice(ada, `key ${i}`);
    mailServer().faults.connect = "close";
    for (let minutes = 0; minutes < 60; minutes += 5) {
      await deliverDue();
      await pass("5 min");
    }
    expect((await readOutbox()).waiting).toBe(8);
    delete mailServer().faults.connect;
    await pass("15 min");
    await deliverDue();
    expect(subjects().sort()).toEqual(Array.from({ length: 8 }, (_, i) => `API key created: key ${i}`));
  });

  test("for three days fails", async () => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    mailServer().faults.connect = "close";
    await deliverDue();
    await pass("73 h");
    const before = await givenUp();
    expect(await deliverDue()).toEqual([]);
    expect(await listUndelivered()).toMatchObject([{ outcome: "failed" }]);
    expect(await givenUp()).toBe(before + 1);
  });
});

describe("a delivery whose outcome is unknown", () => {
  test.each(["close", "answer lost"] as const)("(%s) is retried once, with the same Message-ID", async (how) => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    mailServer().faults[how === "close" ? "data" : "answer"] = "close";
    expect(await deliverDue()).toEqual(["unknown"]);
    await pass("5 min");
    expect(await deliverDue()).toEqual(["unknown"]);
    await pass("1 h");
    expect(await deliverDue()).toEqual([]);
    expect(await listUndelivered()).toMatchObject([
      { outcome: "failed", problem: expect.stringContaining("may have been") },
    ]);
    expect(mailServer().mails).toHaveLength(how === "close" ? 0 : 2);
    expect(new Set(mailServer().mails.map(({ messageId }) => messageId)).size).toBeLessThanOrEqual(1);
    expect(new Set(mailServer().mails.map(({ raw }) => raw.slice(raw.indexOf("\n")))).size).toBeLessThanOrEqual(1);
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
    const before = await givenUp();
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
    expect(await givenUp()).toBe(before + 1);
  });

  test("from a process that was paused for longer than its lease hands nothing over", async () => {
    const ada = await createVerifiedUser();
    await queueSecurity(ada);
    const late = await claimMail();
    await pass("121 s");
    expect(await deliverDue()).toEqual(["accepted"]);
    if (late === undefined || late === "settled") throw new Error("Nothing was due.");
    expect(await deliverMail(mailServer().url, late)).toMatchObject({ outcome: "not_sent" });
    expect(mailServer().mails).toHaveLength(1);
  });
});
