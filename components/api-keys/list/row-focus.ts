/** A row of the list by its key, and by its place for when the key has left. */
export type Place = { id: string | undefined; index: number };

const rowsOf = (list: HTMLElement) => [...list.querySelectorAll<HTMLElement>("tr[data-id]")];

/** Returns the place of the row that has the element, or undefined outside of the rows. */
export function placeOf(list: HTMLElement | null, element: Element | null): Place | undefined {
  // The callers of an old key are a row below it.
  const row = element?.closest("tr");
  const owner = row?.dataset.id ? row : row?.previousElementSibling;
  if (!list || !(owner instanceof HTMLElement)) return undefined;
  const index = rowsOf(list).indexOf(owner);
  return index < 0 ? undefined : { id: owner.dataset.id, index };
}

/** Finds the link of the key's row, or of the row that took its place. */
export function linkAt(list: HTMLElement, { id, index }: Place): HTMLElement | null {
  const rows = rowsOf(list);
  const row = rows.find(({ dataset }) => dataset.id === id) ?? rows[Math.min(index, rows.length - 1)];
  return row?.querySelector("a") ?? null;
}
