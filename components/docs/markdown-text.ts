/** Replaces each `{{name}}` of a guide. @throws {Error} if a value is missing. */
export function fillIn(source: string, values: Record<string, string>): string {
  return source.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`The guide has no value for {{${name}}}.`);
    return value;
  });
}

/** Escapes plain text for Markdown, except for `|`, which `markdownTable` escapes. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[\\`*_[\]<>&~@]|:(?=\/\/)|(?<=\bwww)\./gi, "\\$&");
}

/** Writes a block of code. The title is shown above it. */
export function fence(language: string, title: string, code: string): string {
  return `\`\`\`${language} title="${title}"\n${code}\n\`\`\``;
}

/** Writes a table. A vertical line in a cell is escaped. */
export function markdownTable(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
