/** Makes a spreadsheet read the file as UTF-8. */
const BYTE_ORDER_MARK = "\uFEFF";

/**
 * The place before what a spreadsheet takes for a formula (OWASP, CSV injection): the start of a cell, or of what becomes one
 * where an import splits at something else than commas. East Asian input methods write the full-width signs, and spreadsheets accept them.
 */
const FORMULA = /(?<=^|[;\t\r\n])(?=\s*[=+\-@\t\r＝＋－＠])/g;

/** A cell that no spreadsheet takes for a formula. Text is quoted (RFC 4180), because some imports split at semicolons, too. */
export function csvCell(value: string | number | null): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  return `"${value.replace(FORMULA, "'").replaceAll('"', '""')}"`;
}

export type CsvRow = (string | number | null)[];

/** A client that stops reading must not hold what an export holds for longer. */
const STALLED_MS = 60_000;

/**
 * Sends a file while it is read, however long it is. No cache stores it: it is one user's. One that is not read on for `stalledMs`
 * breaks off.
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
