import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { startApiProcesses } from "#e2e/process/api-processes.ts";
import { isMissing } from "#e2e/support/installed.ts";
import { onServer, type ReplicatedPostgres, startReplicatedPostgres } from "#e2e/support/replicated-postgres.ts";
import { runCommand } from "#e2e/support/run-command.ts";
import { spawnServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { startTcpSwitch } from "#e2e/support/tcp-switch.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser } from "#e2e/support/test-database.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { connectDatabase, database, disconnectDatabase, pool } from "#lib/database/client.ts";
import { migrate } from "#lib/database/migrate.ts";
import { isUnavailable } from "#lib/database/unavailable.ts";

const CALLER = { actor: "user", address: null, userAgent: null } as const;
const AUTH_SECRET = "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a";
const STANDBY_SENTENCE = /^The database server 127\.0\.0\.1:\d+ is a standby, which takes no writes; [^\n]*\n$/;

describe.skipIf(isMissing("postgresql"))("a standby", () => {
  let postgres: ReplicatedPostgres;
  beforeAll(async () => {
    postgres = await startReplicatedPostgres({ applyDelayS: 6 });
    await migrate(postgres.url, "prisma/migrations");
  }, 60_000);
  afterAll(() => postgres.remove());

  test("in place of the primary ends a start or a command with one sentence", async () => {
    const settings = { DATABASE_URL: postgres.standby.url, AUTH_SECRET, ROLE: "api" };
    const server = spawnServer(settings);
    const [code, command] = await Promise.all([
      server.end(),
      runCommand("account.ts", ["list"], { DATABASE_URL: postgres.standby.url }),
    ]);
    expect([code, command.code]).toEqual([1, 1]);
    expect(server.output().split("\n").slice(-2).join("\n")).toMatch(STANDBY_SENTENCE);
    expect(command.stderr).toMatch(STANDBY_SENTENCE);
  });

  test("is skipped by a command that knows both servers in either order", async () => {
    const { primary, standby } = postgres;
    const { directory, remove } = await temporaryDirectory();
    for (const [i, ports] of [
      [primary.port, standby.port].join(",127.0.0.1:"),
      [standby.port, primary.port].join(",127.0.0.1:"),
    ].entries()) {
      const DATABASE_URL = `postgresql://goodtake@127.0.0.1:${ports}/postgres`;
      const { code, stderr } = await runCommand("backup.ts", [`${directory}/${i}`], { DATABASE_URL });
      expect([code, stderr]).toEqual([0, ""]);
    }
    await remove();
  });

  test("never accepts a revoked key behind a balancer, however far it lags", async () => {
    const balancer = await startTcpSwitch(postgres.primary.port);
    const processes = await startApiProcesses(1, `postgresql://goodtake@127.0.0.1:${balancer.port}/postgres`);
    connectDatabase(postgres.url, 4);
    const ada = await createUser();
    const [kept, revoked] = [await createKey(ada.id), await createKey(ada.id)];
    const auth = async ({ secret }: { secret: string }) =>
      (await fetch(`${processes.all[0]?.url}/api/v1/auth`, { headers: { "x-api-key": secret } })).status;
    // Waits until the standby has the keys.
    await vi.waitFor(async () => expect(await onServer(postgres.standby, `SELECT 1 FROM "ApiKey"`)).toHaveLength(2), {
      timeout: 30_000,
      interval: 200,
    });
    expect(await Promise.all([kept, revoked].map(auth))).toEqual([204, 204]);

    balancer.turnTo(postgres.standby.port);
    await revokeApiKey(ada.id, revoked.key.id, CALLER);
    const until = performance.now() + 3_000;
    const statuses = new Set<number>();
    while (performance.now() < until) {
      statuses.add(await auth(revoked));
      await sleep(20);
    }
    expect([...statuses]).toEqual([503]);

    balancer.turnTo(postgres.primary.port);
    await vi.waitFor(async () => expect(await Promise.all([kept, revoked].map(auth))).toEqual([204, 401]), {
      timeout: 10_000,
    });
    await processes.end();
    await disconnectDatabase();
    balancer.close();
  }, 60_000);

  test("behind an open connection is reported as unavailable, and the connection is closed", async () => {
    connectDatabase(postgres.url, 1);
    const pid = async () => (await pool().query("SELECT pg_backend_pid() AS pid")).rows[0].pid;
    const before = await pid();
    // A demoted server behind a pooler answers its old connections like this.
    await pool().query("SET default_transaction_read_only = on");
    const write = database().throttle.create({
      data: { scope: "x", attempts: 1, blockedUntil: new Date(), updatedAt: new Date() },
      select: { scope: true },
    });
    const error = await write.catch((error: unknown) => error);
    expect(error).toSatisfy(isUnavailable);
    expect(await pid()).not.toBe(before);
    await disconnectDatabase();
  });
});
