import { once } from "node:events";
import type { ServerOptions } from "node:http";
import { env } from "#lib/config/env.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";
import { captureConsole } from "#lib/log.ts";
import { type MailDelivery, startDelivery } from "#lib/mail/deliver.ts";
import { metrics } from "#lib/metrics.ts";
import { collectGarbage } from "#lib/server/collect-garbage.ts";
import { createDashboardListener } from "#lib/server/dashboard-listener.ts";
import type { FromDashboard, ToDashboard } from "#lib/server/dashboard-messages.ts";
import { createHttpServer } from "#lib/server/http-server.ts";
import { loadPages } from "#lib/server/pages.ts";

// The dashboard's process with ROLE=all, started by `dashboard-supervisor.ts`. It serves pages on a
// unix socket, checks each request as with ROLE=dashboard, and ends with its parent.

/**
 * Wider than the parent's limits: the parent adds the client's address and waits for slow clients.
 */
const LIMITS: ServerOptions = { maxHeaderSize: 32_768, requestTimeout: 0 };
/**
 * Memory is returned after this time without a request: a dashboard is idle for most of the day.
 */
const IDLE_MS = 20_000;

const { DASHBOARD_SOCKET: socketPath = "", DASHBOARD_ORIGIN: origin = "" } = process.env;

const say = (message: FromDashboard, then = () => {}) => process.send?.(message, undefined, undefined, then);

try {
  const settings = env();
  const development = settings.NODE_ENV === "development";
  if (!development) captureConsole();
  connectDatabase(String(settings.DATABASE_URL), settings.DATABASE_POOL_SIZE);
  const listener = createDashboardListener(settings, await loadPages(origin, development));
  const server = createHttpServer(settings, listener, LIMITS);
  const idle = setTimeout(collectGarbage, IDLE_MS).unref();
  server.on("request", () => idle.refresh());
  let delivery: MailDelivery | undefined;
  server.listen(socketPath);
  await once(server, "listening");
  process.on("message", ({ kind }: ToDashboard) => {
    if (kind === "areYouAlive") say({ kind: "alive" });
    else if (kind === "deliverMail") delivery ??= startDelivery();
    else if (kind === "stop")
      void Promise.resolve(delivery?.stop())
        .then(disconnectDatabase)
        .then(() => process.exit(0));
    else
      void metrics()
        .registry.getMetricsAsJSON()
        .then((all) => say({ kind: "metrics", metrics: all }));
  });
  say({ kind: "serving" });
} catch (error) {
  say({ kind: "failed", sentence: (error as Error).message }, () => process.exit(1));
}
