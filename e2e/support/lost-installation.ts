import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, vi } from "vitest";
import { type Ended, runCommand } from "#e2e/support/run-command.ts";
import { CALLER, connectTo } from "#e2e/support/seed.ts";
import { signUpByForm, type User } from "#e2e/support/sign-up.ts";
import type { TestServer } from "#e2e/support/start-server.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { findUserId } from "#e2e/support/user-id.ts";
import { deleteAccount } from "#lib/accounts/delete-account.ts";
import { createPasswordLink, readPasswordLink, redeemPasswordLink } from "#lib/accounts/password-links.ts";
import { revokeApiKeys } from "#lib/api-keys/bulk.ts";
import { changeExpiry } from "#lib/api-keys/change-expiry.ts";
import { setDisabled } from "#lib/api-keys/disable-keys.ts";
import { UNFILTERED } from "#lib/api-keys/model/list-view.ts";
import { type Restrictions, UNRESTRICTED } from "#lib/api-keys/model/restrictions.ts";
import { changeRestrictions } from "#lib/api-keys/restrict.ts";
import { extendOverlap, rotateApiKey } from "#lib/api-keys/rotation.ts";
import { deleteApiKey, revokeApiKey } from "#lib/api-keys/store.ts";
import { database } from "#lib/database/client.ts";
import { reportOwnLeak } from "#lib/leaks/report-leaks.ts";
import { DAY_MS } from "#lib/time/model/duration.ts";
import * as operator from "#scripts/account-commands.ts";

/**
 * An installation that was backed up, then ended keys, accounts and sessions in every way, and was
 * lost: `kill -9` of its server and of PostgreSQL. Its files are what is left.
 */
export type Lost = {
  directory: string;
  backup: string;
  list: string;
  exported: string;
  /** Keys that worked at the time of the backup and must stay rejected. */
  ended: Record<string, string>;
  /** What must keep working. */
  working: Record<string, string>;
  ids: Record<string, string>;
  extendedUntil: Date | null;
  /** When the key "ending" is revoked. */
  revokesAt: Date;
  cookie: string;
  tokens: string[];
};

export const userNamed = (name: string): User => ({
  name,
  email: `${name.toLowerCase()}@example.com`,
  password: `correct horse ${name}`,
});

/** Runs an operator's command on the embedded database in a folder. */
export function command(script: string, args: string[], directory: string): Promise<Ended> {
  return runCommand(script, args, { DATA_DIR: directory });
}

/** Keys that are found in public after the backup: one is revoked at once, and one in a day. */
export const LEAKED = ["leaked", "ending"];
/** Those, and keys that are disabled, enabled and freed of their end after the backup. */
const LATER = ["paused", "resumed", "freed", ...LEAKED];

/** Restrictions of keys at the time of the backup, and later. */
export const RESTRICTED: Record<string, { before: Restrictions; after: Restrictions }> = {
  narrowed: {
    before: UNRESTRICTED,
    after: {
      scopes: [],
      allowedNetworks: ["203.0.113.0/24", "2001:db8::/32"],
      requestsPerMinute: 5,
      creditsPerMonth: 0,
    },
  },
  widened: {
    before: {
      scopes: ["images:write"],
      allowedNetworks: ["203.0.113.7/32"],
      requestsPerMinute: 5,
      creditsPerMonth: 10,
    },
    after: { scopes: null, allowedNetworks: ["203.0.113.0/24"], requestsPerMinute: 5, creditsPerMonth: 20 },
  },
  opened: {
    before: { ...UNRESTRICTED, scopes: [], creditsPerMonth: 10 },
    after: UNRESTRICTED,
  },
};

/** Makes an installation in a folder below `root`, and loses it. */
export async function loseInstallation(root: string, start: (directory: string) => Promise<TestServer>): Promise<Lost> {
  const directory = path.join(root, "lost");
  const server = await start(directory);
  const cookie = await signUpByForm(server.url, userNamed("Ada"));
  for (const name of ["Bob", "Carol", "Dan"]) await signUpByForm(server.url, userNamed(name));
  const disconnect = await connectTo(directory);
  const idOf = (name: string) => findUserId(userNamed(name).email);
  const [ada, bob, carol, dan] = [await idOf("Ada"), await idOf("Bob"), await idOf("Carol"), await idOf("Dan")];
  const keys: Record<string, Awaited<ReturnType<typeof createKey>>> = {};
  for (const name of ["revoked", "deleted", "bulk", "rotated", "shortened", "operator", "extended", "kept", ...LATER])
    keys[name] = await createKey(ada);
  for (const name of Object.keys(RESTRICTED)) keys[name] = await createKey(ada);
  Object.assign(keys, { bob: await createKey(bob), carol: await createKey(carol), dan: await createKey(dan) });
  const id = (name: string) => String(keys[name]?.key.id);
  await rotateApiKey(ada, id("extended"), "1h", CALLER);
  await operator.disable(userNamed("Dan").email);
  await setDisabled(ada, id("resumed"), "disabled", CALLER);
  await changeExpiry(ada, id("freed"), { type: "preset", preset: "7d" }, CALLER);
  for (const [name, { before }] of Object.entries(RESTRICTED)) await changeRestrictions(ada, id(name), before, CALLER);
  const tokens = await Promise.all(
    ["Ada", "Carol"].map(async (name) => {
      const link = await createPasswordLink(userNamed(name).email, CALLER);
      return link.ok ? link.value.token : "";
    }),
  );
  await database().mail.create({
    data: { userId: ada, kind: "account.password_changed", data: {}, giveUpAt: new Date(Date.now() + 3_600_000) },
  });

  const backup = path.join(root, "backup.gz");
  expect(await command("backup.ts", [backup], directory)).toMatchObject({ code: 0, stderr: "" });

  await revokeApiKey(ada, id("revoked"), CALLER);
  await deleteApiKey(ada, id("deleted"), CALLER);
  const bulk = { all: false, ids: [id("bulk")], view: UNFILTERED, confirmedAt: new Date(), confirmedKeys: 1 };
  await revokeApiKeys(ada, bulk, CALLER);
  await rotateApiKey(ada, id("rotated"), "now", CALLER);
  await database().apiKey.update({ where: { id: id("shortened") }, data: { expiresAt: new Date() } });
  await extendOverlap(ada, id("extended"), "24h", CALLER);
  await setDisabled(ada, id("paused"), "disabled", CALLER);
  await setDisabled(ada, id("resumed"), "enabled", CALLER);
  await changeExpiry(ada, id("freed"), { type: "never" }, CALLER);
  expect(await reportOwnLeak(ada, id("leaked"), CALLER)).toMatchObject({ ok: true });
  const leakedAt = new Date();
  const revokesAt = new Date(leakedAt.getTime() + DAY_MS);
  await database().apiKey.update({ where: { id: id("ending") }, data: { leakedAt, revokesAt } });
  for (const [name, { after }] of Object.entries(RESTRICTED)) await changeRestrictions(ada, id(name), after, CALLER);
  await operator.revoke(id("operator"));
  await operator.disable(userNamed("Bob").email);
  await operator.enable(userNamed("Dan").email);
  const { id: sessionId } = await database().session.findFirstOrThrow({ where: { userId: carol } });
  const proof = { password: userNamed("Carol").password, email: "" };
  expect(await deleteAccount({ userId: carol, sessionId }, proof, CALLER)).toMatchObject({ ok: true });
  const token = tokens[0] ?? "";
  const read = await readPasswordLink(token);
  const seen = read.ok ? read.value?.fingerprint : "";
  const redeemed = redeemPasswordLink({ token, password: "another good password", keys: "keep", seen }, CALLER);
  expect(await redeemed).toMatchObject({ ok: true });
  const late = await createKey(ada);
  await revokeApiKey(ada, late.key.id, CALLER);

  const exported = path.join(root, "exported.jsonl");
  expect(await command("revocations.ts", ["export", exported], directory)).toMatchObject({ code: 0, stderr: "" });
  const list = path.join(directory, "revocations.jsonl");
  await vi.waitFor(async () => expect(await readFile(list, "utf8")).toContain(late.key.id), 10_000);

  const extended = await database().apiKey.findUniqueOrThrow({ where: { id: id("extended") } });
  await disconnect();
  const [postmaster = ""] = (await readFile(path.join(directory, "postgres/postmaster.pid"), "utf8")).split("\n");
  process.kill(-Number(postmaster), "SIGKILL");
  await server.end("SIGKILL");

  const secrets = (names: string[]) => Object.fromEntries(names.map((name) => [name, String(keys[name]?.secret)]));
  return {
    directory,
    backup,
    list,
    exported,
    ended: secrets([
      "revoked",
      "deleted",
      "bulk",
      "rotated",
      "shortened",
      "operator",
      "paused",
      "bob",
      "carol",
      "leaked",
    ]),
    working: secrets(["extended", "kept", "resumed", "freed", "dan", "ending"]),
    ids: Object.fromEntries(Object.keys(keys).map((name) => [name, id(name)])),
    extendedUntil: extended.expiresAt,
    revokesAt,
    cookie,
    tokens,
  };
}
