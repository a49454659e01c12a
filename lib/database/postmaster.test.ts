import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chown, lstat, mkdir, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { prepareCluster } from "#lib/database/cluster.ts";
import { type EmbeddedDatabase, startEmbedded } from "#lib/database/embedded.ts";
import { boundLog } from "#lib/database/postgres-log.ts";
import { runPostmaster, stopPostmaster } from "#lib/database/postmaster.ts";

const run = promisify(execFile);
const AS_ROOT = process.getuid?.() === 0;

let data: Awaited<ReturnType<typeof temporaryDirectory>>;
let started: EmbeddedDatabase[] = [];
beforeEach(async () => {
  data = await temporaryDirectory();
});
afterEach(async () => {
  for (const { stop } of started) await stop();
  started = [];
  await data.remove();
});

async function start(): Promise<EmbeddedDatabase> {
  const database = await startEmbedded(data.directory, "owner");
  started.push(database);
  return database;
}

/** Runs one query on its own connection. */
async function ask(url: string, query: string): Promise<unknown[]> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  return client.query({ text: query, rowMode: "array" }).then(
    ({ rows }) => client.end().then(() => rows.flat()),
    (error) => client.end().then(() => Promise.reject(error)),
  );
}

function socketFolder({ url }: EmbeddedDatabase): string {
  return new URL(url).searchParams.get("host") ?? "";
}

async function pidFile(): Promise<string[]> {
  return (await readFile(path.join(data.directory, "postgres/postmaster.pid"), "utf8")).split("\n");
}

/** Runs a program as the account that PostgreSQL runs as. */
async function asPostgres(command: string, ...args: string[]): Promise<string> {
  const { uid, gid } = await stat(path.join(data.directory, "postgres"));
  return run(command, args, { uid, gid, cwd: "/" }).then(
    ({ stdout }) => stdout,
    (error: { stderr: string }) => error.stderr,
  );
}

describe.runIf(AS_ROOT)("started as root", () => {
  test("PostgreSQL's account can't lead root's chown to a folder of root's", async () => {
    const database = await start();
    const socket = socketFolder(database);
    const victim = path.join(data.directory, "victim");
    await mkdir(victim, { mode: 0o755 });
    await asPostgres("mv", socket, `${socket}.moved`);
    await asPostgres("ln", "-sT", victim, socket);
    const before = (await pidFile())[0];
    process.kill(Number(before), "SIGKILL");
    await vi.waitFor(async () => expect(await ask(database.url, "SELECT 1")).toEqual([1]), 20_000);
    expect((await stat(victim)).uid).toBe(0);
    expect((await lstat(socket)).isSymbolicLink()).toBe(false);
  });

  test("no account but root may connect, not even the one that PostgreSQL runs as", async () => {
    const socket = path.join(socketFolder(await start()), ".s.PGSQL.5432");
    // Sends the startup packet and reads the answer's type and authentication code: "R" and 0
    // accept the account.
    const connect = `
      const packet = Buffer.from("\\0\\0\\0\\0\\0\\x03\\0\\0user\\0goodtake\\0database\\0postgres\\0\\0", "latin1");
      packet.writeInt32BE(packet.length);
      require("net").connect(${JSON.stringify(socket)}).on("error", (error) => console.log(error.code))
        .once("data", (data) => { console.log(String.fromCharCode(data[0]), data.readInt32BE(5)); process.exit(); })
        .write(packet);`;
    expect((await run(process.execPath, ["-e", connect])).stdout.trim()).toBe("R 0");
    expect(await asPostgres(process.execPath, "-e", connect)).toMatch(/^E /);
  });

  test.each([
    ["PG_VERSION", (file: string, secret: string) => symlink(secret, file)],
    ["PG_VERSION", (file: string) => run("mkfifo", [file])],
  ])("what its account puts in place of %s is neither followed nor printed", async (name, plant) => {
    await (await startEmbedded(data.directory, "guest")).stop();
    const secret = path.join(data.directory, "secret");
    await writeFile(secret, "a secret of root's", { mode: 0o600 });
    const file = path.join(data.directory, "postgres", name);
    await rm(file);
    await plant(file, secret);
    await expect(startEmbedded(data.directory, "guest")).rejects.toThrow(/^(?!.*a secret)/);
    await expect(startEmbedded(data.directory, "guest")).rejects.toThrow("holds no database that can be read");
  });

  test("a data folder that PostgreSQL's account can change is rejected", async () => {
    const between = path.join(data.directory, "between");
    await mkdir(between);
    const cluster = await prepareCluster(path.join(between, "data"));
    await chown(between, cluster.account?.uid ?? 0, cluster.account?.gid ?? 0);
    await expect(startEmbedded(path.join(between, "data"), "owner")).rejects.toThrow(/can change .*between/);
  });
});

test("a pid in postmaster.pid that isn't our PostgreSQL's gets no signal", async () => {
  const cluster = await prepareCluster(data.directory);
  await runPostmaster(cluster);
  const [pid, ...rest] = await pidFile();
  process.kill(Number(pid), "SIGKILL");
  const bystander = spawn("sleep", ["60"]);
  const file = path.join(data.directory, "postgres/postmaster.pid");
  const { uid, gid } = await stat(file);
  await writeFile(file, [bystander.pid, ...rest].join("\n"));
  await chown(file, uid, gid);
  await stopPostmaster(cluster);
  expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
  bystander.kill();
  await once(bystander, "exit");
  expect(bystander.signalCode).toBe("SIGTERM");
});

describe("a database that accepted every account", () => {
  /** Starts PostgreSQL as an earlier version left it running. */
  async function startOpen(): Promise<void> {
    const cluster = await prepareCluster(data.directory);
    const socket = `${data.directory}-socket`;
    await mkdir(socket);
    const { uid, gid } = await stat(cluster.data);
    await chown(socket, uid, gid);
    await writeFile(path.join(cluster.data, "pg_hba.conf"), "local all all trust\n");
    const args = ["-D", cluster.data, "-k", socket, "-c", "listen_addresses="];
    const postgres = spawn(path.join(cluster.binaries, "bin/postgres"), args, { uid, gid, cwd: "/", stdio: "ignore" });
    const url = `postgresql://goodtake@localhost/postgres?host=${encodeURIComponent(socket)}`;
    await vi.waitFor(() => ask(url, "CREATE TABLE kept AS SELECT 7 AS value"), 10_000);
    expect(postgres.exitCode).toBeNull();
  }

  test("is guarded when the server starts, with everything in it", async () => {
    await startOpen();
    const { url } = await start();
    expect(await ask(url, "SELECT value FROM kept")).toEqual([7]);
    expect(await ask(url, "SELECT DISTINCT auth_method FROM pg_hba_file_rules")).toEqual(["peer"]);
    await rm(`${data.directory}-socket`, { recursive: true, force: true });
  });
});

test("postgres.log is truncated past 10 MB while PostgreSQL writes, and one older file is kept", async () => {
  const log = path.join(data.directory, "postgres.log");
  const { url } = await start();
  const fail = () => ask(url, "SELECT 1/0").catch(() => {});
  await fail();
  await boundLog(log);
  expect(await readFile(log, "latin1")).toContain("division by zero");
  for (const round of [1, 2]) {
    await truncate(log, 30_000_000);
    await fail();
    await boundLog(log);
    expect((await stat(log)).size, `round ${round}`).toBe(0);
  }
  await fail();
  expect((await stat(log)).size).toBeLessThan(1_000);
  expect((await stat(`${log}.old`)).size).toBe(10_000_000);
  expect((await readFile(`${log}.old`, "latin1")).trim()).toMatch(/division by zero[\s\S]*SELECT 1\/0$/);
  expect((await readdir(data.directory)).filter((name) => name.startsWith("postgres.log"))).toHaveLength(2);
});
