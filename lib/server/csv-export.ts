import { setTimeout as sleep } from "node:timers/promises";
import { Slots } from "#lib/server/slots.ts";
import { type CsvRow, csvResponse } from "#lib/text/csv.ts";

/**
 * A step of an export costs the database as much as many requests, so an account has one export at a time, and all have few. One that
 * waits holds a request of the dashboard.
 */
const slots = new Slots({ total: 4, each: 1, waiting: 8, waitingEach: 2, waitMs: 2_000 });

/** Sends a file to a user, or 503 where other exports don't end in time. A client that hangs up ends its export. */
export async function exportCsv(
  request: Request,
  userId: string,
  name: string,
  head: string[],
  pages: AsyncIterable<CsvRow[]>,
): Promise<Response> {
  // Its body would never be read.
  if (request.method === "HEAD") return csvResponse(name, head, pages);
  const release = await slots.take(userId);
  if (!release) return busy();
  request.signal.addEventListener("abort", release);
  if (request.signal.aborted) release();
  return csvResponse(name, head, paced(pages, release));
}

/** Rests after each step for as long as it took: what is between two steps belongs to requests. */
async function* paced<Page>(pages: AsyncIterable<Page>, end: () => void): AsyncGenerator<Page> {
  try {
    let begun = performance.now();
    for await (const page of pages) {
      const tookMs = performance.now() - begun;
      yield page;
      await sleep(tookMs);
      begun = performance.now();
    }
  } finally {
    end();
  }
}

function busy(): Response {
  const sentence = "Another export is running. Wait until it is finished, then try again.\n";
  return new Response(sentence, {
    status: 503,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", "retry-after": "5" },
  });
}
