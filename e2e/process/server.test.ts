import { once } from "node:events";
import { chmod, chown, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request } from "node:http";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { startPostgres } from "#e2e/support/postgres.ts";
import { runCommand } from "#e2e/support/run-command.ts";
import { spawnServer, startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { createDatabase } from "#e2e/support/test-database.ts";
import { canRunProject, isRoot } from "#lib/database/account.ts";

const AUTH_SECRET = "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a";

let data: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  data = await temporaryDirectory();
});
afterAll(() => data.remove());

const running: Pick<TestServer, "end">[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.end("SIGKILL")));
});

async function start(settings: Record<string, string>): Promise<TestServer> {
  const server = await startServer(settings);
  running.push(server);
  return server;
}

/** Returns the status of an answer. Unlike `fetch` it sends any header. */
async function statusOf(
  url: string,
  headers: Record<string, string>,
  method = "GET",
): Promise<number | string | undefined> {
  const sent = request(url, { method, headers });
  if (!headers.expect) sent.end();
  const answer = once(sent, "response").then(([answer]) => (answer as IncomingMessage).statusCode);
  return Promise.race([answer, once(sent, "continue").then(() => "continue")]).finally(() => sent.destroy());
}

/** Starts a server that must not become ready. Returns its exit code and output. */
async function failedStart(settings: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const server = spawnServer(settings);
  running.push(server);
  return { code: await server.end(), output: server.output() };
}

async function postmasterPid(directory = data.directory): Promise<number> {
  return Number((await readFile(path.join(directory, "postgres/postmaster.pid"), "utf8")).split("\n")[0]);
}

describe("with the embedded database", () => {
  test("it starts, answers, prints no error, and leaves nothing behind on SIGTERM", async () => {
    const server = await start({ DATA_DIR: data.directory });
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: "ok" });
    expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: "ready" });
    const lines = server.output().trim().split("\n");
    // As root it prints one sentence before.
    expect(lines.slice(0, -1).filter((line) => !line.includes("GoodTake runs as root"))).toEqual([]);
    expect(lines.at(-1)).not.toMatch(/error|warn|fail/i);
    const postmaster = await postmasterPid();
    expect(await server.end("SIGTERM")).toBe(0);
    expect(() => process.kill(postmaster, 0)).toThrow("ESRCH");
  });

  test("any secret that an older version generated still works", async () => {
    const { directory, remove } = await temporaryDirectory();
    await writeFile(path.join(directory, "auth-secret"), "k3J9mQ2xV7bN5tR8wYourL4cF6hD0gS+a/Zu1Xe0BbQq\n");
    const server = await start({ DATA_DIR: directory, AUTH_SECRET: " " });
    expect((await fetch(`${server.url}/sign-in`)).status).toBe(200);
    await server.end("SIGTERM");
    await remove();
  });

  test("a signal during a start ends the server and its database after the start", async () => {
    const directory = path.join(data.directory, "new");
    const server = spawnServer({ DATA_DIR: directory });
    running.push(server);
    const postmaster = await vi.waitFor(
      async () => {
        const pid = await postmasterPid(directory);
        expect(pid).toBeGreaterThan(0);
        return pid;
      },
      { timeout: 20_000, interval: 10 },
    );
    expect([await server.end("SIGTERM"), server.output()]).toEqual([0, ""]);
    expect(() => process.kill(postmaster, 0)).toThrow("ESRCH");
  });

  describe("while it runs", () => {
    let server: TestServer;
    beforeAll(async () => {
      server = await startServer({ DATA_DIR: data.directory });
    });
    afterAll(() => server.end("SIGKILL"));

    test.runIf(isRoot())("as root it says so once, and names the alternatives", () => {
      expect(server.output().match(/runs as root.*goodtake\.service.*compose\.yaml/g)).toHaveLength(1);
    });

    test("a client can't upgrade from HTTP, isn't asked for a body that isn't read, and can't write into the log", async () => {
      const printed = server.output();
      // Next listens for upgrades after its first page.
      const page = await fetch(`${server.url}/sign-in`, { headers: { cookie: "goodtake-session=broken" } });
      expect(page.status).toBe(200);
      for (const upgrade of ["websocket", "h2c"])
        for (const [path, status] of [
          ["/healthz", 200],
          ["/api/v1/key", 401],
          ["/api/v1/auth", 401],
          ["/sign-in", 200],
          ["/_next/hmr", 404],
        ] as const)
          expect(await statusOf(server.url + path, { connection: "Upgrade", upgrade }), path).toBe(status);
      const careful = { expect: "100-continue", "content-type": "application/json", "content-length": "2000000" };
      expect(await statusOf(`${server.url}/api/v1/bytedance/generate-image`, careful, "POST")).toBe(401);
      expect(await statusOf(`${server.url}/sign-in`, { ...careful, origin: server.url }, "POST")).toBe(413);
      expect(server.output()).toBe(printed);
    });

    test("a second start on the same data folder ends with a sentence, and the first goes on", async () => {
      const second = await failedStart({ DATA_DIR: data.directory });
      expect(second.code).toBe(1);
      expect(second.output.trim()).toBe(
        `Another GoodTake server is already running on ${data.directory}; stop it, or choose another DATA_DIR.`,
      );
      expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    });

    test("a request in flight when SIGTERM comes is answered, then the process ends", async () => {
      const { hostname, port } = new URL(server.url);
      const socket = net.connect(Number(port), hostname);
      let answer = "";
      socket.setEncoding("utf8").on("data", (text) => (answer += text));
      const closed = new Promise((resolve) => socket.once("close", resolve));
      // The request is in flight once its headers have arrived. Its body follows after the signal.
      socket.write(
        `POST /sign-in HTTP/1.1\r\nHost: ${hostname}:${port}\r\nOrigin: ${server.url}\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`,
      );
      await new Promise((resolve) => socket.once("data", resolve));
      const end = server.end("SIGTERM");
      socket.write("{}");
      await closed;
      expect(answer).toMatch(/HTTP\/1\.1 [2-4]\d\d (?!Continue)/);
      expect(await end).toBe(0);
    });
  });
});

describe("with an outside database", () => {
  test("two starts at once against one empty database migrate it once, and both serve", async () => {
    const { url, drop } = await createDatabase("template0");
    const settings = { DATABASE_URL: url, AUTH_SECRET, ROLE: "api" };
    const servers = await Promise.all([start(settings), start(settings)]);
    for (const server of servers) expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query(
      `SELECT "migration_name", count(*)::int AS "times" FROM "_prisma_migrations" GROUP BY 1`,
    );
    await client.end();
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.every(({ times }) => times === 1)).toBe(true);
    await Promise.all(servers.map((server) => server.end("SIGTERM")));
    await drop();
  });

  test("a dashboard is ready without Redis, because it limits no requests", async () => {
    const { url, drop } = await createDatabase();
    const METRICS_TOKEN = "a token for Prometheus";
    const settings = { DATABASE_URL: url, AUTH_SECRET, METRICS_TOKEN, REDIS_URL: "redis://127.0.0.1:1" };
    const [dashboard, api] = await Promise.all(["dashboard", "api"].map((role) => start({ ...settings, ROLE: role })));
    const readiness = async (server?: TestServer) => (await (await fetch(`${server?.url}/readyz`)).json()).status;
    expect(await readiness(dashboard)).toBe("ready");
    expect(await readiness(api)).toBe("degraded");
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
    const metrics = await (await fetch(`${dashboard?.url}/metrics`, { headers })).text();
    expect(metrics).toContain('goodtake_limiter_state{state="degraded"} 0');
    await Promise.all([dashboard, api].map((server) => server?.end("SIGTERM")));
    await drop();
  });

  test("a database that starts at the same time is waited for", async () => {
    const postgres = await startPostgres();
    await postgres.stop();
    const server = spawnServer({ DATABASE_URL: postgres.url, AUTH_SECRET, ROLE: "api" });
    running.push(server);
    await vi.waitFor(() => expect(server.output()).toContain("waiting for it"), 20_000);
    await postgres.start();
    await vi.waitFor(() => expect(server.output()).toContain("GoodTake is ready"), 20_000);
    await server.end("SIGKILL");
    await postgres.remove();
  });
});

describe.runIf(isRoot())("started as root", () => {
  test("on another account's data folder it becomes that account, and so does a command", async ({ skip }) => {
    const [uid, gid] = [65_534, 65_534];
    skip(!(await canRunProject({ uid, gid })), "other accounts can't read this project");
    const { directory, remove } = await temporaryDirectory();
    await chown(directory, uid, gid);
    for (let round = 0; round < 2; round++) {
      const server = await start({ DATA_DIR: directory });
      const ids = async (pid?: number) => /^Uid:\s+(.*)$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
      expect([await ids(server.process.pid), await ids(await postmasterPid(directory))]).toEqual(
        Array(2).fill([uid, uid, uid, uid].join("\t")),
      );
      expect(server.output()).not.toContain("runs as root");
      expect((await fetch(`${server.url}/sign-in`)).status).toBe(200);
      const list = await runCommand("account.ts", ["list"], { DATA_DIR: directory });
      expect(list).toMatchObject({ code: 0, stdout: "There are no accounts yet.\n" });
      expect(await server.end("SIGTERM")).toBe(0);
    }
    const owners = await Promise.all((await readdir(directory)).map((name) => stat(path.join(directory, name))));
    expect(new Set(owners.map((owner) => owner.uid))).toEqual(new Set([uid]));
    await remove();
  });

  test("a data folder that PostgreSQL's own account can't enter stops it", async () => {
    await chmod(data.directory, 0o700);
    const { code, output } = await failedStart({ DATA_DIR: path.join(data.directory, "inside") });
    await chmod(data.directory, 0o755);
    expect(code).toBe(1);
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(output).toMatch(/choose a DATA_DIR/);
  });
});

describe("invalid settings stop the start with one sentence", () => {
  test.each([
    ["a port that is none", { PORT: "http" }, /^PORT /],
    ["a role that is none", { ROLE: "worker" }, /^ROLE /],
    ["a role that shares a database, without one", { ROLE: "api" }, /^ROLE .*DATABASE_URL/],
    ["a database without a secret", { DATABASE_URL: "postgresql://localhost/x" }, /^AUTH_SECRET /],
    ["a real provider with open sign-up by accident", { ARK_API_KEY: "key" }, /^SIGN_UP /],
    [
      "permissions that are none",
      { SCOPES_FILE: "package.json" },
      /^SCOPES_FILE package\.json: it must be a list\.\n$/,
    ],
    ["a data folder that is a file", { DATA_DIR: path.resolve("package.json") }, /^DATA_DIR can't be used/],
    [
      "an unknown database host",
      { DATABASE_URL: "postgresql://nowhere.invalid/x", AUTH_SECRET, ROLE: "api" },
      /^The database of DATABASE_URL can't be used \(E/,
    ],
  ])("%s", async (_, settings, sentence) => {
    const { code, output } = await failedStart({ DATA_DIR: data.directory, ...settings });
    expect(code).toBe(1);
    expect(output.trim().split("\n")).toHaveLength(1);
    expect(output).toMatch(sentence);
  });

  test("a port that is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const { code, output } = await failedStart({ DATA_DIR: data.directory, PORT: String(port) });
    other.close();
    expect(code).toBe(1);
    expect(output.trim()).toBe(`PORT ${port} is in use by another program; stop it, or choose another PORT.`);
  });
});
