import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { createApiListener } from "#lib/api/listener.ts";
import { authSecret } from "#lib/auth/auth-secret.ts";
import { type Env, env } from "#lib/config/env.ts";
import { loadEnvFile } from "#lib/config/env-file.ts";
import { scopes } from "#lib/config/scopes-file.ts";
import { checkTiers } from "#lib/config/tiers-file.ts";
import { isRoot } from "#lib/database/account.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";
import { dataDirectory, type EmbeddedDatabase, startEmbedded } from "#lib/database/embedded.ts";
import { migrate } from "#lib/database/migrate.ts";
import { checkWrittenInUtc } from "#lib/database/time-zone-shift.ts";
import { readGithubKeys } from "#lib/leaks/github-keys.ts";
import { captureConsole, log } from "#lib/log.ts";
import { type MailDelivery, startDelivery } from "#lib/mail/deliver.ts";
import { OperatorError } from "#lib/operator-error.ts";
import { closeLimiter, limiter } from "#lib/rate-limits/limiter.ts";
import { followRevocations } from "#lib/revocations/follow.ts";
import { boundDashboard } from "#lib/server/bound-dashboard.ts";
import { collectGarbage } from "#lib/server/collect-garbage.ts";
import { createDashboardListener } from "#lib/server/dashboard-listener.ts";
import { type Dashboard, startDashboard } from "#lib/server/dashboard-supervisor.ts";
import { Drain } from "#lib/server/drain.ts";
import { dropRoot } from "#lib/server/drop-root.ts";
import { createFrontListener, type Listeners } from "#lib/server/front-listener.ts";
import type { Phase } from "#lib/server/health.ts";
import { createHttpServer } from "#lib/server/http-server.ts";
import { loadPages } from "#lib/server/pages.ts";
import { HOP_SECRET } from "#lib/server/redirect-hop.ts";
import { startUpkeep } from "#lib/server/scheduled-work.ts";
import { writesConfirmed } from "#lib/unconfirmed-writes/in-time.ts";
import { startRecording, stopRecording } from "#lib/usage/recorder.ts";

/** How long a stop waits for a start to finish. A half-started server can't be stopped. */
const START_DEADLINE_MS = 4_000;
/** How long a stop waits for unconfirmed writes. A request that got no answer has failed. */
const CONFIRM_DEADLINE_MS = 1_000;
const MIGRATIONS = `${import.meta.dirname}/prisma/migrations`;

let phase: Phase = "starting";
const started = Promise.withResolvers<void>();
const drain = new Drain();
let embedded: EmbeddedDatabase | undefined;
let server: Server | undefined;
let dashboard: Promise<Dashboard> | undefined;
let revocations: ReturnType<typeof followRevocations> | undefined;
let delivery: MailDelivery | undefined;
let upkeep: ReturnType<typeof startUpkeep> | undefined;

try {
  loadEnvFile();
  // libuv starts its thread pool on first use. Passwords leave some of its threads free, see
  // coresForPasswords.
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism() + 1));
  // Next reads NODE_ENV itself and takes an unset one for development.
  const development = process.argv.includes("--dev");
  Object.assign(process.env, { NODE_ENV: development ? "development" : "production", NEXT_TELEMETRY_DISABLED: "1" });
  if (!development) captureConsole();
  await start(env());
} catch (error) {
  await giveUp(error);
}

async function start(env: Env): Promise<void> {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end());
  scopes();

  const listeners: Listeners = { started: started.promise };
  server = createHttpServer(env, drain.watch(createFrontListener(env, listeners, () => phase)));
  server.on(
    "upgrade",
    (request, socket, head) => void dashboard?.then(({ upgrade }) => upgrade(request, socket, head)),
  );
  await listen(server, env);

  const directory = dataDirectory(env.DATA_DIR, import.meta.dirname);
  await orSay("DATA_DIR can't be used", dropRoot(env, directory));
  if (!env.DATABASE_URL) {
    embedded = await orSay("DATA_DIR can't be used", startEmbedded(directory, "owner"));
    // An empty value counts as unset.
    process.env.AUTH_SECRET = env.AUTH_SECRET ?? (await orSay("DATA_DIR can't be written to", authSecret(directory)));
  }
  const databaseUrl = env.DATABASE_URL ?? (embedded as EmbeddedDatabase).url;
  const connections = shareOfPool(env);
  if (env.ROLE === "all") {
    // The dashboard loads Next during the migration and asks the database nothing before its first
    // request.
    const settings = {
      ...env,
      ROLE: "dashboard",
      DATABASE_URL: databaseUrl,
      DATABASE_POOL_SIZE: connections.dashboard,
    };
    dashboard = startDashboard({
      ...process.env,
      DASHBOARD_ENV: JSON.stringify(settings),
      DASHBOARD_ORIGIN: ownOrigin(server),
      DASHBOARD_HOP_SECRET: HOP_SECRET,
    });
    dashboard.catch(() => {});
  }
  await orSay("The database of DATABASE_URL can't be used", migrate(databaseUrl, MIGRATIONS));
  const { pool } = connectDatabase(databaseUrl, connections.own);
  await orSay("The database of DATABASE_URL can't be used", checkWrittenInUtc(pool));
  if (embedded) revocations = followRevocations(directory);
  await checkTiers();
  startRecording();
  if (env.ROLE !== "dashboard") {
    if (env.GITHUB_SECRET_SCANNING_KEYS_FILE) await readGithubKeys(env.GITHUB_SECRET_SCANNING_KEYS_FILE);
    await limiter().connect();
    listeners.api = createApiListener();
  }
  if (dashboard) {
    const { listener, isUp, metrics } = await dashboard;
    Object.assign(listeners, { dashboard: boundDashboard(listener), dashboardIsUp: isUp, dashboardMetrics: metrics });
  } else if (env.ROLE === "dashboard") {
    const pages = await loadPages(ownOrigin(server), env.NODE_ENV === "development");
    listeners.dashboard = boundDashboard(createDashboardListener(env, pages));
  }
  // Frees the memory that only the start needed, before the first request could notice.
  collectGarbage();
  started.resolve();
  if (phase === "draining") return;
  phase = "serving";
  announce(server, env);
  // Not earlier: loading Next blocks the process so long that a query would time out.
  upkeep = startUpkeep();
  if (dashboard) (await dashboard).deliverMail();
  else if (env.ROLE === "dashboard") delivery = startDelivery();
}

/**
 * Turns system errors and errors of the connection (SQLSTATE 08, 28, 3D, 53, 57) into one sentence
 * with their code, because the operator has to fix them.
 */
async function orSay<T>(sentence: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (typeof code === "string" && /^(E[A-Z_]{3,}|(08|28|3D|53|57)\w{3})$/.test(code))
      throw new OperatorError(`${sentence} (${code}).`);
    throw error;
  }
}

/** Splits the connections between the two processes, so that pages can't take the API's. */
function shareOfPool({ ROLE, DATABASE_POOL_SIZE: all }: Env): { own: number; dashboard: number } {
  const dashboard = ROLE === "all" ? Math.max(2, Math.floor(all / 3)) : 0;
  return { own: all - dashboard, dashboard };
}

async function listen(server: Server, { HOST, PORT }: Env): Promise<void> {
  try {
    server.listen(PORT, HOST);
    await once(server, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EAFNOSUPPORT" && HOST === "::") {
      server.listen(PORT, "0.0.0.0");
      await once(server, "listening");
    } else if (code === "EADDRINUSE")
      throw new OperatorError(`PORT ${PORT} is in use by another program; stop it, or choose another PORT.`);
    else if (code === "EACCES")
      throw new OperatorError(`PORT ${PORT} may not be used by this account; choose one above 1023.`);
    else throw new OperatorError(`HOST ${HOST} can't be listened on (${code}).`);
  }
}

function announce(server: Server, env: Env): void {
  if (isRoot())
    log().warn(
      "GoodTake runs as root; run it as an account of its own, as examples/goodtake.service and examples/compose.yaml do.",
    );
  log().info(`GoodTake is ready at ${env.PUBLIC_URL ?? `http://localhost:${boundAddress(server).port}`}`);
}

/** Returns the URL under which this process reaches itself. */
function ownOrigin(server: Server): string {
  const { address, family, port } = boundAddress(server);
  if (address === "::" || address === "0.0.0.0") return `http://127.0.0.1:${port}`;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function boundAddress(server: Server): AddressInfo {
  return server.address() as AddressInfo;
}

async function giveUp(error: unknown): Promise<void> {
  // A drain already closed what the start needed, and ends the process itself.
  if (phase === "draining") return;
  process.stderr.write(`${error instanceof OperatorError ? error.message : (error as Error)?.stack}\n`);
  await stop();
  process.exit(1);
}

async function end(): Promise<void> {
  if (phase === "draining") {
    // A second signal ends requests in flight at once.
    drain.hurry();
    return;
  }
  phase = "draining";
  await Promise.race([started.promise, sleep(START_DEADLINE_MS)]);
  await stop();
  process.exit(0);
}

/** Finishes requests in flight, writes what is only in memory, then closes the database. */
async function stop(): Promise<void> {
  const [upkeepStopped, deliveryStopped] = [upkeep?.stop(), delivery?.stop()];
  if (server?.listening) await drain.finish(server, env().DRAIN_SECONDS * 1_000);
  await dashboard?.then(({ stop }) => stop()).catch(() => {});
  await Promise.all([stopRecording(), writesConfirmed(CONFIRM_DEADLINE_MS), upkeepStopped, deliveryStopped]);
  closeLimiter();
  await revocations?.stop();
  await disconnectDatabase();
  await embedded?.stop();
}
