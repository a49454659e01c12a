import type { IncomingMessage, ServerResponse } from "node:http";
import { pool } from "#lib/database/client.ts";
import { limiter } from "#lib/rate-limits/limiter.ts";

export type Phase = "starting" | "serving" | "draining";

/**
 * Answers `/healthz` (the process is up) and `/readyz` (it may get requests). Returns false for any
 * other path.
 */
export function answerHealth(
  path: string,
  phase: Phase,
  request: IncomingMessage,
  response: ServerResponse,
  dashboardIsUp = () => true,
): boolean {
  if (path !== "/healthz" && path !== "/readyz") return false;
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    answer(response, 405, "method not allowed");
  } else if (path === "/healthz") answer(response, 200, "ok");
  else if (phase !== "serving") answer(response, 503, phase);
  else
    pool()
      .query("SELECT 1")
      .then(
        // Degraded: without Redis each instance limits alone, and without the dashboard only the
        // API answers.
        () => answer(response, 200, limiter().state === "degraded" || !dashboardIsUp() ? "degraded" : "ready"),
        () => answer(response, 503, "database unavailable"),
      );
  return true;
}

function answer(response: ServerResponse, status: number, word: string): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(JSON.stringify({ status: word }));
}
