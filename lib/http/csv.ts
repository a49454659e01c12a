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

/** A file that is sent while it is read, however long it is. Not stored by any cache: it is one person's. */
export function csvResponse(name: string, head: string[], pages: AsyncIterable<CsvRow[]>): Response {
  const encoder = new TextEncoder();
  const lines = (rows: CsvRow[]) => rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join("");
  const iterator = pages[Symbol.asyncIterator]();
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(BYTE_ORDER_MARK + lines([head]))),
    pull: async (controller) => {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(lines(value)));
    },
    cancel: async () => {
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
