import type { IncomingMessage, RequestListener } from "node:http";
import { answerUnavailable } from "#lib/server/dashboard-proxy.ts";
import { isRedirectHop } from "#lib/server/redirect-hop.ts";
import { Slots } from "#lib/server/slots.ts";

/** Pages are rendered on one core, so more in flight would only make all of them slower. A browser opens 6 connections. */
const LIMITS = { total: 32, each: 8, waiting: 256, waitMs: 2_000 };

/** Bounds the requests in flight at the dashboard, in all and for each client's address; one that finds no room in time is 503. */
export function boundDashboard(dashboard: RequestListener, limits = LIMITS): RequestListener {
  const slots = new Slots(limits);
  return async (request, response) => {
    if (!isBounded(request)) return dashboard(request, response);
    const release = await slots.take(String(request.headers["x-forwarded-for"]));
    if (!release) return answerUnavailable(response, "The dashboard is busy. Try again in a moment.");
    // Its client may have gone while it waited.
    if (response.destroyed) return release();
    response.once("close", release);
    dashboard(request, response);
  };
}

/** Static files cost nothing. What Next fetches for a request in flight would wait for that request's own slot. */
function isBounded({ url = "", headers }: IncomingMessage): boolean {
  return !url.startsWith("/_next/static/") && !isRedirectHop(headers);
}
