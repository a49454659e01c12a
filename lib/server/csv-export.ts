import { setTimeout as sleep } from "node:timers/promises";
import { Slots } from "#lib/server/slots.ts";
import { type CsvRow, csvResponse } from "#lib/text/csv.ts";

/**
 * A step of an export costs the database as much as many requests, so an account runs one export at
 * a time and all accounts run few. A waiting export holds a request of the dashboard.
 */
const slots = new Slots({ total: 4, each: 1, waiting: 8, waitingEach: 2, waitMs: 2_000 });

/**
 * Streams a CSV file to a user, or answers 503 if other exports don't end in time. A client that
 * hangs up ends its export.
 */
export async function exportCsv(
  request: Request,
  userId: string,
  name: string,
  head: string[],
  pages: AsyncIterable<CsvRow[]>,
): Promise<Response> {
  // The body would never be read, and the slot never released.
  if (request.method === "HEAD") return csvResponse(name, head, pages);
  const release = await slots.take(userId);
  if (!release) return busy();
  request.signal.addEventListener("abort", release);
  if (request.signal.aborted) release();
  return csvResponse(name, head, paced(pages, release));
}

/** Pauses after each step for as long as the step took, which leaves the database to requests. */
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
