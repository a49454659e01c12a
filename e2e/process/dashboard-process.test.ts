import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { getPriority } from "node:os";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startServer, type TestServer } from "#e2e/support/start-server.ts";
import { createDatabase } from "#e2e/support/test-database.ts";

const AUTH_SECRET = "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a";
const METRICS_TOKEN = "a token for Prometheus";

let own: Awaited<ReturnType<typeof createDatabase>>;
let server: TestServer;
beforeAll(async () => {
  own = await createDatabase();
  server = await start();
});
afterAll(async () => {
  await server.end("SIGTERM");
  await own.drop();
});

const start = () => startServer({ DATABASE_URL: own.url, AUTH_SECRET, METRICS_TOKEN });

const statusOf = async (path: string) => (await fetch(server.url + path)).status;
const readiness = async () => (await (await fetch(`${server.url}/readyz`)).json()).status;
const comesBack = () =>
  vi.waitFor(async () => expect(await statusOf("/sign-in")).toBe(200), { timeout: 40_000, interval: 100 });

/** Returns the id of the process that the server runs the dashboard in. */
async function dashboardPid(): Promise<number> {
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const [status, command] = await Promise.all(
      ["status", "cmdline"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
    );
    if (status?.includes(`\nPPid:\t${server.process.pid}\n`) && command?.includes("dashboard-child"))
      return Number(pid);
  }
  throw new Error("The server has no process for the dashboard.");
}

/** Tells whether a process runs. A zombie doesn't. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return status !== "" && !status.includes("\nState:\tZ");
}

// One server is enough for all tests up to the one that ends it.

test("metrics are of both processes", async () => {
  await statusOf("/sign-in");
  await statusOf("/api/v1/key");
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
  // The server counts a request when its answer is sent, which the client may notice first.
  await vi.waitFor(async () => {
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
    expect(text).toContain('\ngoodtake_http_requests_total{route="dashboard",status="200"} 1\n');
    expect(text).toContain('\ngoodtake_http_requests_total{route="/api/v1/key",status="401"} 1\n');
    for (const name of ["main", "dashboard"])
      expect(text).toContain(`process_resident_memory_bytes{process="${name}"}`);
  }, 10_000);
});

test("the dashboard's process has a lower priority than the API's", async () => {
  const folder = `/proc/${await dashboardPid()}/task`;
  await vi.waitFor(async () => {
    for (const thread of await readdir(folder)) expect(getPriority(Number(thread))).toBe(getPriority() + 5);
  }, 10_000);
});

test("the API goes on while the dashboard's process is gone, pages say so, and it restarts", async () => {
  process.kill(await dashboardPid(), "SIGKILL");
  await vi.waitFor(async () => expect(await statusOf("/sign-in")).toBe(503), 5_000);
  await vi.waitFor(async () => expect(await readiness()).toBe("degraded"), { timeout: 5_000, interval: 5 });
  expect(await statusOf("/api/v1/key")).toBe(401);
  await comesBack();
  await vi.waitFor(async () => expect(await readiness()).toBe("ready"), 10_000);
}, 60_000);

test("a hanging dashboard's process is restarted; meanwhile pages say when to try again, and the API goes on", async () => {
  const hanging = await dashboardPid();
  process.kill(hanging, "SIGSTOP");
  const page = await fetch(`${server.url}/sign-in`);
  expect([page.status, page.headers.get("retry-after")]).toEqual([503, "2"]);
  await vi.waitFor(async () => expect(await readiness()).toBe("degraded"), { timeout: 5_000, interval: 5 });
  expect(await statusOf("/api/v1/key")).toBe(401);
  await comesBack();
  expect(await dashboardPid()).not.toBe(hanging);
}, 60_000);

test("a page that takes long still arrives when all processes of the server are told to end, and the dashboard's has ended when the server's has", async () => {
  const pid = await dashboardPid();
  process.kill(pid, "SIGSTOP");
  const page = get(`${server.url}/sign-in`);
  const answer = once(page, "response");
  await once(page, "finish");
  // The server has read the first request once it answers this one.
  await readiness();
  process.kill(pid, "SIGTERM");
  const ended = server.end("SIGTERM");
  setTimeout(() => process.kill(pid, "SIGCONT"), 3_000);
  const [{ statusCode }] = (await answer) as [IncomingMessage];
  expect([statusCode, await ended]).toEqual([200, 0]);
  expect(await isRunning(pid)).toBe(false);
});

test("the dashboard's process ends within a second of a kill -9 of the server's", async () => {
  server = await start();
  const pid = await dashboardPid();
  server.process.kill("SIGKILL");
  await vi.waitFor(async () => expect(await isRunning(pid)).toBe(false), { timeout: 1_000, interval: 10 });
});
