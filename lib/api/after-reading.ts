import type { ServerResponse } from "node:http";

/** 30 MB at 2 Mbit/s. A slower reader holds memory that others need. */
const READING_MAX_MS = 120_000;

/** Calls `done` once when the caller has read the answer or is gone. Cuts it off after `maxMs`. */
export function afterReading(response: ServerResponse, done: () => void, maxMs = READING_MAX_MS): void {
  const end = () => {
    clearTimeout(timer);
    done();
  };
  const timer = setTimeout(() => {
    response.destroy();
    end();
  }, maxMs);
  if (response.closed) end();
  else response.once("close", end);
}
