import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { mailSettings } from "#e2e/support/mail-server.ts";
import { takeMails } from "#e2e/support/queued-mails.ts";
import { CALLER } from "#e2e/support/seed.ts";
import { createVerifiedUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { linkProvider, unlinkProvider } from "#lib/accounts/linked-providers.ts";
import { startSession } from "#lib/accounts/sessions.ts";
import { database } from "#lib/database/client.ts";

Object.assign(process.env, mailSettings({ url: "smtp://127.0.0.1:1" }));

let close: () => Promise<void>;
beforeAll(async () => {
  close = await useOwnDatabase();
});
afterAll(() => close());

test("an owner hears once of a sign-in method that is linked or unlinked", async () => {
  const { id } = await createVerifiedUser();
  const session = await database().$transaction((transaction) => startSession(transaction, id, CALLER));
  const google = { provider: "google", subject: randomUUID() };
  const subjects = async () => (await takeMails(id)).map(({ kind, subject }) => [kind, subject]);
  await linkProvider(session, google, CALLER);
  await linkProvider(session, google, CALLER);
  expect(await subjects()).toEqual([["account.sign_in_method_changed", "Sign-in method linked"]]);
  await linkProvider(session, { provider: "oidc", subject: randomUUID() }, CALLER);
  await takeMails(id);
  const configured = ["google", "oidc"];
  await unlinkProvider(session, { provider: "google", password: "" }, configured, CALLER);
  await unlinkProvider(session, { provider: "oidc", password: "" }, configured, CALLER);
  expect(await subjects()).toEqual([["account.sign_in_method_changed", "Sign-in method unlinked"]]);
});
