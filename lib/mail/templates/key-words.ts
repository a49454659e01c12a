const SHOWN_MAX = 20;

/** A key as an email names it. */
export type MailedKey = { id: string; name: string; prefix: string; environment: string };

export function keyWords({ name, prefix, environment }: MailedKey): string {
  return `"${name}" (${environment}, ${prefix}…)`;
}

/** Returns the lines of a list, one for each item, and the number of items beyond those shown. */
export function listWords<Item>(items: Item[], line: (item: Item) => string, total = items.length): string {
  const shown = items.slice(0, SHOWN_MAX).map((item) => `• ${line(item)}`);
  const more = total - shown.length;
  return (more > 0 ? [...shown, `and ${more} more`] : shown).join("\n");
}

/** Formats an instant in UTC, because an email doesn't know its reader's time zone. */
export function utcWords(iso: string): string {
  const day = new Date(iso).toLocaleDateString("en-US", { timeZone: "UTC", dateStyle: "long" });
  return `${day} at ${iso.slice(11, 16)} UTC`;
}
