import { DEFAULT_VIEW, type ListQuery, UNFILTERED, type View } from "#lib/api-keys/model/list-view.ts";

/**
 * Builds the URL of a changed view, without parameters that have their default. Any change except
 * of the page leads to page 1.
 */
export function viewHref(query: ListQuery, change: Partial<ListQuery>): string {
  const next = { ...query, page: 1, ...change };
  const parameters = new URLSearchParams();
  for (const name of Object.keys(DEFAULT_VIEW) as (keyof ListQuery)[]) {
    const value = next[name];
    if (value !== DEFAULT_VIEW[name] && value !== null) parameters.set(name, String(value));
  }
  return parameters.size > 0 ? `/settings/developer?${parameters}` : "/settings/developer";
}

/** Builds the URL of the CSV file with all keys of a view. */
export function exportHref(query: ListQuery): string {
  return viewHref(query, {}).replace("/settings/developer", "/settings/developer/export");
}

export function isFiltered(query: ListQuery): boolean {
  return (Object.keys(UNFILTERED) as (keyof View)[]).some((name) => query[name] !== UNFILTERED[name]);
}
