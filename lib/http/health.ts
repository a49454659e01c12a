import type { ServerResponse } from "node:http";
import { pool } from "#lib/database/client.ts";

export type Phase = "starting" | "serving" | "draining";

/** Answers `/healthz` (the process is up) and `/readyz` (it may be sent requests); returns false for any other path. */
export function answerHealth(path: string, phase: Phase, response: ServerResponse): boolean {
  if (path === "/healthz") {
    answer(response, 200, "ok");
    return true;
  }
  if (path !== "/readyz") return false;
  if (phase !== "serving") answer(response, 503, phase);
  else
    pool()
      .query("SELECT 1")
      .then(
        () => answer(response, 200, "ready"),
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
