import { appendFile, copyFile, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { command, LEAKED, type Lost, loseInstallation, RESTRICTED, userNamed } from "#e2e/support/lost-installation.ts";
import { CALLER, connectTo } from "#e2e/support/seed.ts";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { redeemPasswordLink } from "#lib/accounts/password-links.ts";
import { type Restrictions, restrictionsOf } from "#lib/api-keys/model/restrictions.ts";
import { database } from "#lib/database/client.ts";
import { checkBackup } from "#lib/database/restore.ts";
import { checkList } from "#lib/revocations/check.ts";
import { MIGRATIONS } from "#scripts/command.ts";

// Most tests restore and start a server, which takes long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let lost: Lost;
let remove: () => Promise<void>;
const servers: TestServer[] = [];

beforeAll(async () => {
  const temporary = await temporaryDirectory();
  ({ remove } = temporary);
  lost = await loseInstallation(temporary.directory, start);
}, 120_000);
afterAll(async () => {
  await Promise.all(servers.map((server) => server.end("SIGTERM")));
  await remove();
});

async function start(directory: string): Promise<TestServer> {
  const server = await startServer({ DATA_DIR: directory });
  servers.push(server);
  return server;
}

/**
 * Restores into a new folder and starts its server with the old secret, which reads old cookies.
 */
async function restoreAndStart(
  name: string,
  options: string[],
): Promise<{ url: string; directory: string; said: string }> {
  const directory = path.join(path.dirname(lost.directory), name);
  const { code, stdout, stderr } = await command("restore.ts", [lost.backup, ...options], directory);
  expect([code, stderr]).toEqual([0, ""]);
  await copyFile(path.join(lost.directory, "auth-secret"), path.join(directory, "auth-secret"));
  const { url } = await start(directory);
  return { url, directory, said: stdout };
}

async function statuses(url: string, secrets: Record<string, string>): Promise<Record<string, number>> {
  const entries = Object.entries(secrets).map(async ([name, secret]) => {
    const answer = await fetch(`${url}/api/v1/key`, { headers: { "x-api-key": secret } });
    return [name, answer.status] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const all = (secrets: Record<string, string>, status: number) =>
  Object.fromEntries(Object.keys(secrets).map((name) => [name, status]));

/** Any restore ends sessions and links, and sends nothing old. */
async function expectNoAccess(url: string): Promise<void> {
  const page = await fetch(`${url}/settings/developer`, { headers: { cookie: lost.cookie }, redirect: "manual" });
  expect([page.status, page.headers.get("location")]).toEqual([307, expect.stringContaining("/sign-in")]);
  expect(await database().mail.count()).toBe(0);
  for (const token of lost.tokens)
    expect(await redeemPasswordLink({ token, password: "yet another password" }, CALLER)).toEqual({
      ok: false,
      error: "invalid_link",
    });
}

const restrictedName = (id: string | null) => Object.keys(RESTRICTED).find((name) => lost.ids[name] === id) ?? "other";

async function readRestrictions(): Promise<Record<string, Restrictions>> {
  const ids = Object.keys(RESTRICTED).map((name) => String(lost.ids[name]));
  const keys = await database().apiKey.findMany({ where: { id: { in: ids } } });
  return Object.fromEntries(keys.map((key) => [restrictedName(key.id), restrictionsOf(key)]));
}

/** The details of the records that the restore has made. */
async function readRestrictionChanges(): Promise<Record<string, unknown>> {
  const where = { actor: "operator", action: "api_key.restrictions_changed" } as const;
  const records = await database().activity.findMany({ where });
  return Object.fromEntries(records.map(({ apiKeyId, details }) => [restrictedName(apiKeyId), details]));
}

for (const source of ["list", "exported"] as const)
  test(`after a restore with the ${source === "list" ? "list that the lost server kept" : "exported list"}, what was ended after the backup stays ended`, async () => {
    const { url, directory, said } = await restoreAndStart(source, ["--revocations", lost[source]]);
    expect(await statuses(url, lost.ended)).toEqual(all(lost.ended, 401));
    expect(await statuses(url, lost.working)).toEqual(all(lost.working, 200));
    // Five revoked alone, one with its deletion, one with its account's; three that were extended,
    // shortened and freed of their end; the late key.
    expect(said).toMatch(
      /7 keys revoked, 2 marked as leaked, 3 expiries changed, 3 restrictions changed, 1 keys disabled, 1 enabled, 1 accounts disabled, 1 enabled, 1 deleted; 1 entries/,
    );

    const disconnect = await connectTo(directory);
    await expectNoAccess(url);
    const { expiresAt } = await database().apiKey.findUniqueOrThrow({ where: { id: String(lost.ids.extended) } });
    expect(expiresAt).toEqual(lost.extendedUntil);
    const freed = await database().apiKey.findUniqueOrThrow({ where: { id: String(lost.ids.freed) } });
    expect(freed.expiresAt).toBeNull();
    const leaked = await database().apiKey.findMany({
      where: { leakedAt: { not: null } },
      orderBy: { createdAt: "asc" },
    });
    expect(leaked.map(({ id }) => id)).toEqual(LEAKED.map((name) => lost.ids[name]));
    expect(leaked[1]?.revokesAt).toEqual(lost.revokesAt);
    const found = { actor: "operator", action: "api_key.leaked" } as const;
    expect(await database().activity.count({ where: found })).toBe(LEAKED.length);
    expect(await readRestrictions()).toEqual(
      Object.fromEntries(Object.entries(RESTRICTED).map(([name, { after }]) => [name, after])),
    );
    expect(await readRestrictionChanges()).toEqual({
      narrowed: { name: "Production App", from: RESTRICTED.narrowed?.before, to: RESTRICTED.narrowed?.after },
      widened: {
        name: "Production App",
        from: { scopes: ["images:write"], allowedNetworks: ["203.0.113.7/32"], creditsPerMonth: 10 },
        to: { scopes: null, allowedNetworks: ["203.0.113.0/24"], creditsPerMonth: 20 },
      },
      opened: {
        name: "Production App",
        from: { scopes: [], creditsPerMonth: 10 },
        to: { scopes: null, creditsPerMonth: null },
      },
    });
    const byRestore = { actor: "operator" as const, action: { in: ["api_key.disabled", "api_key.enabled"] } };
    const records = await database().activity.findMany({ where: byRestore, orderBy: { action: "asc" } });
    expect(records.map(({ apiKeyId }) => apiKeyId)).toEqual([lost.ids.paused, lost.ids.resumed]);
    expect(await database().user.count({ where: { email: userNamed("Carol").email } })).toBe(0);
    expect(await database().user.count({ where: { email: { endsWith: "@invalid" }, passwordHash: null } })).toBe(1);
    const unrecorded = await database().$queryRaw`
      SELECT "id" FROM "ApiKey" WHERE ("revokedAt" IS NOT NULL)
        <> EXISTS (SELECT FROM "Activity" WHERE "apiKeyId" = "ApiKey"."id" AND "action" = 'api_key.revoked')`;
    expect(unrecorded).toEqual([]);
    await disconnect();
  });

test("a list of an earlier version, which says nothing of restrictions, loosens none", async () => {
  const file = path.join(path.dirname(lost.directory), "earlier.jsonl");
  const list = await readFile(lost.list, "utf8");
  const earlier = list.replaceAll(/, "restrictions": \{[^}]*\}/g, "");
  expect(earlier).not.toBe(list);
  await writeFile(file, earlier);
  const restored = await command(
    "restore.ts",
    [lost.backup, "--revocations", file],
    path.join(path.dirname(lost.directory), "earlier"),
  );
  expect(restored.stdout).toContain("7 keys revoked, 2 marked as leaked, 3 expiries changed, 0 restrictions changed");
});

test("without a list a restore says what would work again, names the list that it finds, and creates no database", async () => {
  const elsewhere = path.join(path.dirname(lost.directory), "rejected");
  const rejected = await command("restore.ts", [lost.backup], elsewhere);
  expect([rejected.code, rejected.stdout]).toEqual([1, ""]);
  expect(rejected.stderr).toMatch(
    /holds everything as of \d{4}-.+Z\. Keys that were revoked.+ would work again as before\..+--accept-revived/,
  );
  expect(await stat(elsewhere).catch(() => undefined)).toBeUndefined();
  expect((await command("restore.ts", [lost.backup], lost.directory)).stderr).toContain(`there is one at ${lost.list}`);
});

test("with --accept-revived keys and accounts are those of the backup, except sessions and links", async () => {
  const { url, directory, said } = await restoreAndStart("accepted", ["--accept-revived"]);
  expect(said).toMatch(/as of \d{4}-.+Z is restored.+\n.+ work again/);
  const { dan: disabledThen, resumed, ...working } = lost.working;
  expect(await statuses(url, { ...lost.ended, ...working })).toEqual(all({ ...lost.ended, ...working }, 200));
  const rejectedThen = { disabledThen: String(disabledThen), resumed: String(resumed) };
  expect(await statuses(url, rejectedThen)).toEqual(all(rejectedThen, 401));
  const disconnect = await connectTo(directory);
  await expectNoAccess(url);
  await disconnect();
});

test("a list whose last line is torn is used; one that is older, damaged, cut off or another's is rejected with a sentence", async () => {
  const whole = await readFile(lost.list, "utf8");
  const lines = whole.split("\n");
  const file = path.join(path.dirname(lost.directory), "changed.jsonl");
  const backup = await checkBackup(lost.backup, MIGRATIONS);
  const rejection = async (text: string) => {
    await writeFile(file, text);
    return checkList(file, backup, false).catch(String);
  };
  expect(await rejection(`${lines[0]}\n`)).toContain("is damaged or was cut off");
  expect(await rejection(whole.replace("2026-", "2025-"))).toMatch(/is damaged \(line \d+\)/);
  expect(await rejection(whole.replace(/"installation":"[^"]+"/, '"installation":"x"'))).toMatch(/is damaged/);
  expect(await rejection("gt_")).toContain("is not a list of revocations");
  expect(await rejection("")).toContain("is not a list of revocations");
  const base = whole.slice(0, whole.indexOf("\n", whole.indexOf('"sha256"')) + 1);
  expect(await rejection(base)).toMatch(/ends at .+, before the backup of .+--accept-revived/);
  const elsewhere = path.join(path.dirname(lost.directory), "never");
  const none = await command("restore.ts", [lost.backup, "--revocations", "/no/such"], elsewhere);
  expect(none.stderr).toBe("/no/such can't be read (ENOENT).\n");

  await writeFile(file, whole);
  await appendFile(file, '{"key":"');
  const torn = path.join(path.dirname(lost.directory), "torn");
  expect((await command("restore.ts", [lost.backup, "--revocations", file], torn)).stdout).toContain("7 keys revoked");
});

test("a start on a new database keeps the list of the lost one", async () => {
  const directory = path.join(path.dirname(lost.directory), "mixed");
  const other = await start(directory);
  await other.end("SIGTERM");
  await copyFile(lost.list, path.join(directory, "revocations.jsonl"));
  const again = await start(directory);
  await vi.waitFor(
    () => expect(again.output()).toContain("The list of revocations of another database is kept as"),
    10_000,
  );
  const kept = /kept as (\S+?\.jsonl)/.exec(again.output())?.[1] ?? "";
  expect(await readFile(kept, "utf8")).toBe(await readFile(lost.list, "utf8"));
  const own = await vi.waitFor(() => stat(path.join(directory, "revocations.jsonl")), 10_000);
  expect(own.mode & 0o777).toBe(0o600);
});
