import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ended, runCommand } from "#e2e/support/run-command.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { deleteAccount } from "#lib/accounts/delete-account.ts";
import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import { redeemPasswordLink } from "#lib/accounts/password-links.ts";
import { findSessionUser, startSession } from "#lib/accounts/sessions.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { createApiKey, deleteApiKey } from "#lib/api-keys/store.ts";
import { database, pool } from "#lib/database/client.ts";
import { startEmbedded } from "#lib/database/embedded.ts";
import { migrate } from "#lib/database/migrate.ts";
import * as run from "#scripts/account-commands.ts";

const user = { actor: "user", address: null, userAgent: null } as const;

let leave: () => Promise<void>;
let url: string;
beforeAll(async () => {
  leave = await useOwnDatabase();
  url = pool().options.connectionString ?? "";
});
afterAll(() => leave());

const account = (...args: string[]): Promise<Ended> =>
  runCommand("account.ts", args, { DATABASE_URL: url, PUBLIC_URL: "https://keys.example.com" });

/** What `show` prints, without a process of its own. */
const show = async (email: string): Promise<string> => (await run.show(email)).text;

async function makeKey(userId: UserId, name = "Key"): Promise<string> {
  const made = await createApiKey(userId, { name, environment: "staging", expiry: { type: "never" } }, user);
  if (!made.ok) throw new Error(made.error);
  return made.value.key.id;
}

function actions(userId: UserId): Promise<{ action: string; actor: string }[]> {
  return database().activity.findMany({
    where: { userId },
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    select: { action: true, actor: true },
  });
}

test("create makes an account without a password, whose link lets its user choose one, once", async () => {
  const { code, stdout } = await account("create", " Grace@Example.com", "--name", "Grace Hopper");
  expect(code).toBe(0);
  const token = /^https:\/\/keys\.example\.com\/password-link#([\w-]{43})$/m.exec(stdout)?.[1] ?? "";
  expect((await redeemPasswordLink({ token, password: "correct horse battery" }, user)).ok).toBe(true);
  expect((await redeemPasswordLink({ token, password: "correct horse battery" }, user)).ok).toBe(false);
  const grace = await database().user.findUniqueOrThrow({ where: { email: "grace@example.com" } });
  expect(grace.name).toBe("Grace Hopper");
  expect((await actions(asUserId(grace.id))).slice(0, 2)).toEqual([
    { action: "account.created", actor: "operator" },
    { action: "account.password_link_created", actor: "operator" },
  ]);
  expect(await account("create", "grace@example.com")).toEqual({
    code: 1,
    stdout: "",
    stderr: "There is an account grace@example.com already.\n",
  });
});

test("grant adds credits, and rejects what is not a number of them", async () => {
  const ada = await createUser();
  expect((await account("grant", ada.email, "900")).stdout).toBe(`${ada.email} has 1000 credits.\n`);
  expect(await show(ada.email)).toMatch(/Credits +1000\n/);
  expect(await actions(ada.id)).toEqual([{ action: "account.credits_granted", actor: "operator" }]);
  const { code, stderr } = await account("grant", ada.email, "0");
  expect(code).toBe(2);
  expect(stderr).toContain("Credits are a number from 1 to 1000000000");
  for (const credits of ["1.5", "many", "10000000000"])
    expect(run.creditsToGrant.safeParse(credits).success, credits).toBe(false);
});

test("set-tier, sign-out, disable and enable do what they say, and are recorded as the operator's", async () => {
  const ada = await createUser();
  const { sessionId } = await database().$transaction((transaction) => startSession(transaction, ada.id, user));
  expect((await account("set-tier", ada.email, "pro")).stdout).toBe(`${ada.email} has the tier pro.\n`);
  expect((await account("sign-out", ada.email)).stdout).toBe(`${ada.email} was signed out (browsers: 1).\n`);
  expect(await findSessionUser(ada.id, sessionId)).toBeNull();
  expect((await account("disable", ada.email)).code).toBe(0);
  expect(await show(ada.email)).toMatch(/^Status +disabled since \d{4}-/m);
  expect((await account("password-link", ada.email)).stderr).toContain("is disabled");
  expect((await account("enable", ada.email)).code).toBe(0);
  expect(await show(ada.email)).toMatch(/^Status +active$/m);
  expect(await show(ada.email)).toMatch(/^Tier +pro$/m);
  expect(await actions(ada.id)).toEqual(
    ["account.tier_changed", "account.sessions_ended", "account.disabled", "account.enabled"].map((action) => ({
      action,
      actor: "operator",
    })),
  );
});

test("keys lists every key, deleted ones too, and revoke ends one of them for good", async () => {
  const ada = await createUser();
  const [kept, deleted] = [await makeKey(ada.id, "Kept"), await makeKey(ada.id, "Gone")];
  await deleteApiKey(ada.id, deleted, user);
  expect((await account("revoke", kept)).stdout).toBe(`The API key ${kept} is revoked: it is rejected from now on.\n`);
  expect(await account("revoke", kept)).toEqual({
    code: 1,
    stdout: "",
    stderr: `The API key ${kept} is revoked already.\n`,
  });
  expect((await account("revoke", deleted)).stderr).toBe(`The API key ${deleted} is revoked already.\n`);
  const { stdout } = await account("keys", ada.email);
  expect(stdout.split("\n")[0]).toMatch(/^ID +KEY +NAME +ENVIRONMENT +STATUS +CREATED +LAST USED +EXPIRES$/);
  expect(stdout).toMatch(new RegExp(`^${kept} +gt_\\w{4}… +Kept +staging +revoked +`, "m"));
  expect(stdout).toMatch(new RegExp(`^${deleted} +gt_\\w{4}… +Gone +staging +revoked, deleted +`, "m"));
  const revocations = (await actions(ada.id)).filter(({ action }) => action === "api_key.revoked");
  expect(revocations.map(({ actor }) => actor).sort()).toEqual(["operator", "user"]);
  expect(stdout + (await account("keys", ada.email, "--json")).stdout).not.toMatch(/hash/i);
});

test("show says that the address is unverified, and which provider's identity is linked", async () => {
  const ada = await createUser();
  const identity = { provider: "github", subject: "583231", userId: ada.id };
  await database().providerIdentity.create({ data: identity });
  const { stdout } = await account("show", ada.email);
  expect(stdout).toMatch(/^Address verified +no/m);
  expect(stdout).toMatch(/^Linked identities +github 583231 \(since \d{4}-/m);
  const { identities, emailVerified } = JSON.parse((await account("show", ada.email, "--json")).stdout);
  expect({ identities, emailVerified }).toMatchObject({ identities: [{ subject: "583231" }], emailVerified: false });
});

test("a deleted account is shown as deleted, its address is free, and nothing revives it", async () => {
  const ada = await createUser();
  const key = await makeKey(ada.id);
  const session = await database().$transaction((transaction) => startSession(transaction, ada.id, user));
  expect((await deleteAccount(session, { password: "", email: ada.email }, user)).ok).toBe(true);
  await expect(run.show(ada.email)).rejects.toThrow(`There is no account ${ada.email}.`);
  const anonymized = `deleted-${ada.id}@invalid`;
  const text = await show(anonymized);
  expect(text).toMatch(/^Status +deleted on \d{4}-/m);
  expect(text).toMatch(/^Signs in with +nothing$/m);
  expect((await run.list()).text).toMatch(new RegExp(`^${anonymized} .+ deleted on \\d{4}-`, "m"));
  expect((await run.keys(anonymized)).text).toMatch(new RegExp(`^${key} .+ revoked, deleted `, "m"));
  const sentence = new RegExp(`^${anonymized} was deleted on .+, for good\\.$`);
  const { code, stderr } = await account("enable", anonymized);
  expect([code, stderr.trimEnd()]).toEqual([1, expect.stringMatching(sentence)]);
  for (const change of [
    () => run.disable(anonymized),
    () => run.signOut(anonymized),
    () => run.passwordLink(anonymized),
    () => run.grant(anonymized, 5),
    () => run.changeTier(anonymized, "pro"),
  ])
    await expect(change()).rejects.toThrow(sentence);
});

test("list and --json have every account, and a name can forge no line", async () => {
  const eve = await createUser("Eve");
  await database().user.update({ where: { id: eve.id }, data: { name: "Eve\nroot@example.com  Root  pro\u202e" } });
  const { stdout } = await account("list");
  expect(stdout).toMatch(/^EMAIL +NAME +TIER +CREATED +STATUS\n/);
  expect(stdout).toContain("Eve\\u000aroot@example.com  Root  pro\\u202e");
  expect(stdout.trim().split("\n")).toHaveLength(1 + (await database().user.count()));
  const listed = JSON.parse((await account("list", "--json")).stdout) as { email: string }[];
  expect(listed.map(({ email }) => email)).toContain(eve.email);
});

describe("what can't be done", () => {
  test.each([
    ["an account that does not exist", ["show", "nobody@example.com"], "There is no account nobody@example.com.\n"],
    ["a key that does not exist", ["revoke", crypto.randomUUID()], /^There is no API key with the id .+\.\n$/],
    ["an id that is none", ["revoke", "x"], "There is no API key with the id x.\n"],
    ["a secret in place of an id", ["revoke", `gt_${"a".repeat(36)}`], "There is no API key with the id gt_aaaa….\n"],
  ])("%s: one sentence, and exit code 1", async (_, args, sentence) => {
    const { code, stdout, stderr } = await account(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(sentence);
  });

  test("a tier that does not exist: the sentence names those that do", async () => {
    const ada = await createUser();
    const { code, stderr } = await account("set-tier", ada.email, "gold");
    expect(code).toBe(1);
    expect(stderr).toBe('There is no tier "gold"; the tiers are free, pro, scale.\n');
  });

  test.each([
    [[]],
    [["frobnicate"]],
    [["show"]],
    [["list", "x"]],
    [["show", "no address"]],
    [["list", "--verbose"]],
    [["constructor"]],
    [["list", "--name", "x"]],
  ])("called as %j: how to call it, and exit code 2", async (args) => {
    const { code, stdout, stderr } = await account(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: npm run account -- ");
  });

  test("a database that is away", async () => {
    const { code, stderr } = await runCommand("account.ts", ["list"], { DATABASE_URL: "postgresql://127.0.0.1:1/x" });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The database can't be reached: .+\n$/);
  });
});

test("with the embedded database it works beside a server and alone, and makes none where none is", async () => {
  const { directory, remove } = await temporaryDirectory();
  const settings = { DATA_DIR: directory };
  const before = await runCommand("account.ts", ["list"], settings);
  expect([before.code, before.stderr]).toEqual([
    1,
    expect.stringContaining(`There is no database in ${directory} yet`),
  ]);
  const server = await startEmbedded(directory, "owner");
  const early = await runCommand("account.ts", ["list"], settings);
  expect([early.code, early.stderr]).toEqual([1, expect.stringContaining("start the server of this version once")]);
  await migrate(server.url, "prisma/migrations");
  const beside = await runCommand("account.ts", ["create", "ada@example.com"], settings);
  expect([beside.code, beside.stderr]).toEqual([0, ""]);
  await server.stop();
  const alone = await runCommand("account.ts", ["list"], settings);
  expect(alone.stdout).toContain("ada@example.com");
  const again = await startEmbedded(directory, "owner");
  await again.stop();
  await remove();
});

test("leaked revokes and marks each key in a text file, and prints none", async () => {
  const [ada, bob] = [await createUser(), await createUser("Bob")];
  const made = [await createKey(ada.id), await createKey(bob.id)];
  const kept = await createKey(ada.id);
  const { directory, remove } = await temporaryDirectory();
  const file = path.join(directory, "dump.txt");
  await writeFile(file, `KEY=${made[0]?.secret}\n"${made[1]?.secret}",${generateSecret()} ${kept.secret}x gt_short`);
  const { code, stdout } = await account("leaked", file);
  expect([code, stdout]).toEqual([0, expect.stringContaining("look like a key: 3. Actual keys among them: 2.")]);
  expect(stdout).not.toContain("gt_");
  for (const [i, { key }] of made.entries()) {
    expect(stdout).toContain(key.id);
    const { leakedAt, revokedAt } = await database().apiKey.findUniqueOrThrow({ where: { id: key.id } });
    expect(leakedAt && revokedAt).not.toBeNull();
    expect((await actions(i === 0 ? ada.id : bob.id)).slice(-2)).toEqual([
      { action: "api_key.leaked", actor: "operator" },
      { action: "api_key.revoked", actor: "operator" },
    ]);
  }
  expect((await database().apiKey.findUniqueOrThrow({ where: { id: kept.key.id } })).revokedAt).toBeNull();
  await remove();
  expect(await account("leaked", file)).toEqual({ code: 1, stdout: "", stderr: `${file} can't be read.\n` });
});
