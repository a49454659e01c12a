import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type MailServer, mailSettings, startMailServer } from "#e2e/support/mail-server.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createVerifiedUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { noteDecoyUse, recordDecoyUse } from "#lib/api-keys/decoys.ts";
import { createApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { recordLeak } from "#lib/leaks/record-leak.ts";
import { reportLeaks } from "#lib/leaks/report-leaks.ts";
import { deliverMail } from "#lib/mail/deliver.ts";
import { claimMail } from "#lib/mail/outbox.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;
const SYSTEM = { actor: "system", address: "203.0.113.9", userAgent: "curl/8" } as const;

let server: MailServer;
let close: () => Promise<void>;
let ada: Awaited<ReturnType<typeof createVerifiedUser>>;
beforeAll(async () => {
  server = await startMailServer();
  Object.assign(process.env, mailSettings(server));
  close = await useOwnDatabase();
});
afterAll(async () => {
  await close();
  await server.stop();
});
beforeEach(async () => {
  server.mails.length = 0;
  ada = await createVerifiedUser();
});

/** Delivers everything that is due, and returns the recipient, subject and text of each email. */
async function mails() {
  for (let mail = await claimMail(); mail; mail = await claimMail())
    if (mail !== "settled") await deliverMail(server.url, mail);
  return server.mails.map(({ recipient, subject, text }) => ({ recipient, subject, text: text ?? "" }));
}

async function createDecoy(): Promise<string> {
  const input = { name: "Laptop", environment: "production", expiry: { type: "never" }, decoy: true } as const;
  const created = await createApiKey(ada.id, input, CALLER);
  if (!created.ok) throw new Error(created.error);
  await mails();
  server.mails.length = 0;
  return created.value.key.id;
}

test("many parallel reports of a key send its owner one email, without the reporter's words", async () => {
  const adas = await createKey(ada.id);
  await mails();
  server.mails.length = 0;
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      reportLeaks([{ text: adas.secret, source: "Phisher", url: `https://evil.example/${i}` }]),
    ),
  );
  const [mail, ...others] = await mails();
  expect(others).toEqual([]);
  expect(mail).toMatchObject({ recipient: ada.email, subject: "API key leaked: Production App" });
  expect(mail?.text).toContain(`/settings/developer/${adas.key.id}`);
  for (const word of ["Phisher", "evil.example", adas.secret]) expect(mail?.text).not.toContain(word);
});

test("a report of many keys sends each owner one email", async () => {
  const keys = await Promise.all(Array.from({ length: 30 }, () => createKey(ada.id)));
  await mails();
  server.mails.length = 0;
  await reportLeaks(keys.map(({ secret }) => ({ text: secret, source: "", url: "" })));
  expect((await mails()).map(({ recipient, subject }) => [recipient, subject])).toEqual([
    [ada.email, "30 API keys leaked"],
  ]);
});

test("a decoy's use sends an email immediately and then at most once an hour, with the caller's address", async () => {
  const id = await createDecoy();
  await noteDecoyUse({ userId: ada.id, apiKeyId: id, address: "203.0.113.9", userAgent: "Visit https://evil.example" });
  const [first, ...others] = await mails();
  expect(others).toEqual([]);
  expect(first).toMatchObject({ recipient: ada.email, subject: "Decoy key used: Laptop" });
  expect(first?.text).toContain("203.0.113.9");
  expect(first?.text).not.toContain("evil.example");
  const at = (ms: number) =>
    database().$transaction((transaction) => recordDecoyUse(transaction, ada.id, [id], SYSTEM, new Date(ms)));
  const start = Date.now();
  await at(start + HOUR_MS / 2);
  expect(await mails()).toHaveLength(1);
  await at(start + 2 * HOUR_MS);
  expect(await mails()).toHaveLength(2);
});

test("a leak report of a decoy sends the email about its use and no other", async () => {
  const id = await createDecoy();
  await recordLeak(ada.id, [id], { source: "Scanner", url: "" }, SYSTEM);
  expect((await mails()).map(({ subject }) => subject)).toEqual(["Decoy key used: Laptop"]);
});
