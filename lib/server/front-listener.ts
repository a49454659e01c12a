import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { MetricObject } from "prom-client";
import type { Env } from "#lib/config/env.ts";
import { log } from "#lib/log.ts";
import { createClientAddress } from "#lib/server/client-address.ts";
import { answerHealth, type Phase } from "#lib/server/health.ts";
import { answerMetrics } from "#lib/server/metrics-listener.ts";
import { answerUnrouted } from "#lib/server/unrouted.ts";
import { createProxyWarning } from "#lib/server/untrusted-proxy.ts";
import { headerValues } from "#lib/text/header-values.ts";

export type Listeners = {
  api?: RequestListener;
  dashboard?: RequestListener;
  /** Set if the dashboard runs in a process of its own. */
  dashboardIsUp?: () => boolean;
  dashboardMetrics?: () => Promise<MetricObject[]>;
  /** Resolves when the process has started. */
  started?: Promise<void>;
};

/** Bounds how long a request waits for the process to start, which takes a second or two. */
const START_WAIT_MS = 10_000;

/**
 * Creates the listener of the port. It sends each request to the API's or the dashboard's listener,
 * with the client's address in `X-Forwarded-For`. `listeners` fills up while the process starts.
 */
export function createFrontListener(env: Env, listeners: Listeners, phase: () => Phase): RequestListener {
  const clientAddress = createClientAddress(env.TRUSTED_PROXIES);
  const warnOfProxy = createProxyWarning(env.TRUSTED_PROXIES);
  const pass = (request: IncomingMessage, response: ServerResponse, path: string) => {
    try {
      if (answerMetrics(path, env.METRICS_TOKEN, request, response, listeners.dashboardMetrics)) return;
      if (phase() === "draining") response.setHeader("connection", "close");

      warnOfProxy(request);
      request.headers["x-forwarded-for"] = clientAddress(
        request.socket.remoteAddress,
        request.headers["x-forwarded-for"]?.toString(),
      );
      for (const name of ["x-real-ip", "x-forwarded-host", "x-forwarded-proto"]) delete request.headers[name];

      const listener = isApi(path) ? listeners.api : listeners.dashboard;
      if (listener) return listener(request, response);
      if (phase() === "starting")
        return answerUnrouted(request, response, "unavailable", "The server is starting", { "Retry-After": "1" });
      answerUnrouted(request, response, "not_found");
    } catch (error) {
      log().error({ err: error }, "a request failed");
      if (!response.headersSent) answerUnrouted(request, response, "internal_error");
    }
  };
  return (request, response) => {
    response.on("error", () => request.destroy());
    const url = pathOf(request);
    if (url === undefined || !hasOneHost(request)) {
      const message = url === undefined ? "The request target is malformed" : "Send exactly one Host header";
      return answerUnrouted(request, response, "invalid_request", message, { Connection: "close" });
    }
    request.url = url;
    const path = url.split("?", 1)[0] ?? "/";
    if (answerHealth(path, phase(), request, response, listeners.dashboardIsUp)) return;
    if (phase() !== "starting") return pass(request, response, path);
    const waited = sleep(START_WAIT_MS, undefined, { ref: false });
    void Promise.race([listeners.started, waited]).then(() => pass(request, response, path));
  };
}

/** Returns whether `Host` is sent exactly once, or not at all in HTTP/1.0 (RFC 9112, 3.2). */
function hasOneHost({ rawHeaders, httpVersion }: IncomingMessage): boolean {
  const { length } = headerValues(rawHeaders, "host");
  return length === 1 || (length === 0 && httpVersion !== "1.1");
}

/** The API owns all of `/api/` except the callbacks of sign-in providers. */
function isApi(path: string): boolean {
  return path === "/api" || (path.startsWith("/api/") && !path.startsWith("/api/auth/"));
}

/** Returns the path and query, also of a proxy's absolute form (RFC 9112, 3.2.2). */
function pathOf({ url = "/" }: IncomingMessage): string | undefined {
  if (url.startsWith("/")) return url;
  if (!URL.canParse(url)) return url === "*" ? "/*" : undefined;
  const { pathname, search } = new URL(url);
  return pathname + search;
}
