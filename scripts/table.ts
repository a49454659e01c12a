import { printable } from "#lib/log.ts";

export type Row = Record<string, string | number>;

/**
 * Formats rows as columns, headed by the rows' keys in capitals. Text that users typed can't forge
 * a line.
 */
export function formatTable(rows: Row[]): string {
  const [first] = rows;
  if (!first) return "";
  const lines = [
    Object.keys(first).map((name) => name.toUpperCase()),
    ...rows.map((row) => Object.values(row).map((cell) => printable(String(cell)))),
  ];
  const widths = Object.keys(first).map((_, column) => Math.max(...lines.map((line) => width(line[column]))));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - width(cell)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Formats one name and value a line. */
export function formatFields(fields: Row): string {
  const widest = Math.max(...Object.keys(fields).map(width));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(widest)}  ${printable(String(value))}`)
    .join("\n");
}

export function formatTime(time: Date | null, none = "never"): string {
  return time ? `${time.toISOString().slice(0, 16).replace("T", " ")} UTC` : none;
}

function width(cell = ""): number {
  return [...cell].length;
}
