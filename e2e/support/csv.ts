const CELL = /"((?:[^"]|"")*)"|([^,]*)/y;

/**
 * Reads the rows of an exported CSV file, which has a byte order mark and no line break in a cell.
 */
export function readCsv(file: string): string[][] {
  if (!file.startsWith("\uFEFF")) throw new Error("The file has no byte order mark.");
  return file.slice(1).trimEnd().split("\r\n").map(readLine);
}

function readLine(line: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= line.length; at = CELL.lastIndex + 1) {
    CELL.lastIndex = at;
    const [, quoted, bare = ""] = CELL.exec(line) ?? [];
    cells.push(quoted?.replaceAll('""', '"') ?? bare);
  }
  return cells;
}
