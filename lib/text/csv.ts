/** Makes spreadsheets read the file as UTF-8. */
const BYTE_ORDER_MARK = "\uFEFF";

/**
 * The position before text that a spreadsheet takes for a formula (OWASP, CSV injection): the start
 * of a cell, or of a cell that an import makes by splitting at other characters than commas.
 * Spreadsheets also accept the full-width signs of East Asian input methods.
 */
const FORMULA = /(?<=^|[;\t\r\n])(?=\s*[=+\-@\t\r＝＋－＠])/g;

/**
 * Writes a cell that no spreadsheet takes for a formula. Text is always quoted (RFC 4180), because
 * some imports also split at semicolons.
 */
export function csvCell(value: string | number | null): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  return `"${value.replace(FORMULA, "'").replaceAll('"', '""')}"`;
}

export type CsvRow = (string | number | null)[];

/**
 * The time after which a client that stops reading loses its export, so that it doesn't hold a
 * slot.
 */
const STALLED_MS = 60_000;

/**
 * Streams a CSV file of any length. No cache stores it, because it belongs to one user. The
 * response breaks off if the client doesn't read for `stalledMs`.
 */
export function csvResponse(
  name: string,
  head: string[],
  pages: AsyncIterable<CsvRow[]>,
  stalledMs: number = STALLED_MS,
): Response {
  const encoder = new TextEncoder();
  const lines = (rows: CsvRow[]) => rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
  const iterator = pages[Symbol.asyncIterator]();
  let stalled: NodeJS.Timeout | undefined;
  const breakOff = (controller: ReadableStreamDefaultController) => {
    controller.error(new Error("The client reads an export no further."));
    void iterator.return?.();
  };
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(BYTE_ORDER_MARK + lines([head]))),
    pull: async (controller) => {
      clearTimeout(stalled);
      const { done, value } = await iterator.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(lines(value)));
      stalled = setTimeout(breakOff, stalledMs, controller).unref();
    },
    cancel: async () => {
      clearTimeout(stalled);
      await iterator.return?.();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}.csv"`,
      "cache-control": "private, no-store",
    },
  });
}
