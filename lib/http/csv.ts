/** A cell that no spreadsheet takes for a formula (OWASP, CSV injection), quoted where it must be (RFC 4180). */
export function csvCell(value: string | number | null): string {
  const text = value === null ? "" : String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export type CsvRow = (string | number | null)[];

/** A file that is sent while it is read, however long it is. Not stored by any cache: it is one person's. */
export function csvResponse(name: string, head: string[], pages: AsyncIterable<CsvRow[]>): Response {
  const encoder = new TextEncoder();
  const lines = (rows: CsvRow[]) => encoder.encode(rows.map((row) => `${row.map(csvCell).join(",")}\r\n`).join(""));
  const iterator = pages[Symbol.asyncIterator]();
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(lines([head])),
    pull: async (controller) => {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(lines(value));
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
