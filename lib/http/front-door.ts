import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Env } from "#lib/env.ts";
import { createClientAddress } from "#lib/http/client-address.ts";
import { answerHealth, type Phase } from "#lib/http/health.ts";
import { answerMetrics } from "#lib/http/metrics-door.ts";
import { log } from "#lib/log.ts";

export type Doors = {
  api?: RequestListener;
  dashboard?: RequestListener;
  /** Resolves when the process has started. */
  opened?: Promise<void>;
};

/** A request that comes while the process starts waits for it so long, because a start is over in a second or two. */
const START_PATIENCE_MS = 10_000;

/**
 * Sends each request to the program's or the browser's door, with the one client address that can be believed.
 * `doors` fill up while the process starts.
 */
export function createFrontDoor(env: Env, doors: Doors, phase: () => Phase): RequestListener {
  const clientAddress = createClientAddress(env.TRUSTED_PROXIES);
  const pass = (request: IncomingMessage, response: ServerResponse, path: string) => {
    try {
      if (answerMetrics(path, env.METRICS_TOKEN, request, response)) return;
      if (phase() === "draining") response.setHeader("connection", "close");

      request.headers["x-forwarded-for"] = clientAddress(
        request.socket.remoteAddress,
        request.headers["x-forwarded-for"]?.toString(),
      );
      for (const name of ["x-real-ip", "x-forwarded-host", "x-forwarded-proto"]) delete request.headers[name];

      const door = isApi(path) ? doors.api : doors.dashboard;
      if (door) return door(request, response);
      if (phase() === "starting")
        return refuse(response, 503, "unavailable", "The server is starting", { "retry-after": "1" });
      refuse(response, 404, "not_found", "Not found");
    } catch (error) {
      log().error({ err: error }, "a request failed");
      if (!response.headersSent) refuse(response, 500, "internal_error", "Internal error");
    }
  };
  return (request, response) => {
    response.on("error", () => request.destroy());
    const url = pathOf(request);
    if (url === undefined) return refuse(response, 400, "invalid_request", "Malformed request target");
    request.url = url;
    const path = url.split("?", 1)[0] ?? "/";
    if (answerHealth(path, phase(), request, response)) return;
    if (phase() !== "starting") return pass(request, response, path);
    const patience = sleep(START_PATIENCE_MS, undefined, { ref: false });
    void Promise.race([doors.opened, patience]).then(() => pass(request, response, path));
  };
}

/** All of `/api/` is the API's, but for the callbacks of sign-in providers. */
function isApi(path: string): boolean {
  return path === "/api" || (path.startsWith("/api/") && !path.startsWith("/api/auth/"));
}

/** The path and query; a proxy's absolute form (RFC 9112, 3.2.2) is cut down to them. */
function pathOf({ url = "/" }: IncomingMessage): string | undefined {
  if (url.startsWith("/")) return url;
  if (!URL.canParse(url)) return url === "*" ? "/*" : undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(JSON.stringify({ error: { code, message } }));
}
