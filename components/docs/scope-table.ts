import { escapeMarkdown, markdownTable } from "#components/docs/markdown-text.ts";

type Permission = { name: string; title: string; description: string; implies: string[] };

/** Lists permissions as a Markdown table. Escapes their words, which the operator writes. */
export function scopeTable(table: Permission[]): string {
  const titles = new Map(table.map(({ name, title }) => [name, escapeMarkdown(title)]));
  return markdownTable(
    ["Permission", "Name", "Allows", "Includes"],
    table.map(({ name, description, implies }) => [
      titles.get(name) ?? name,
      `\`${name}\``,
      escapeMarkdown(description),
      implies.map((implied) => titles.get(implied)).join(", ") || "–",
    ]),
  );
}
