import type { IncomingMessage, RequestListener } from "node:http";
import { answerUnavailable } from "#lib/server/dashboard-proxy.ts";
import { isRedirectHop } from "#lib/server/redirect-hop.ts";
import { Slots } from "#lib/server/slots.ts";

/**
 * Pages are rendered on one core, so more in flight would only slow all of them down. Browsers open
 * 6 connections.
 */
const LIMITS = { total: 32, each: 8, waiting: 256, waitMs: 2_000 };

/**
 * Bounds the requests in flight at the dashboard, in total and for each client address. Answers 503
 * to a request that gets no slot in time.
 */
export function boundDashboard(dashboard: RequestListener, limits = LIMITS): RequestListener {
  const slots = new Slots(limits);
  return async (request, response) => {
    if (!isBounded(request)) return dashboard(request, response);
    const release = await slots.take(String(request.headers["x-forwarded-for"]));
    if (!release) return answerUnavailable(response, "The dashboard is busy. Try again in a moment.");
    // The client may have left while it waited.
    if (response.destroyed) return release();
    response.once("close", release);
    dashboard(request, response);
  };
}

/**
 * Static files cost nothing. A page that Next fetches for a request in flight would wait for that
 * request's slot.
 */
function isBounded({ url = "", headers }: IncomingMessage): boolean {
  return !url.startsWith("/_next/static/") && !isRedirectHop(headers);
}
