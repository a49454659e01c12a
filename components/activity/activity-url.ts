import type { ActivityQuery } from "#lib/activity/model/schema.ts";
import { fromText } from "#lib/paging/model/keyset-page.ts";

/**
 * Builds the URL of the activity page for a query. A changed filter starts at the latest record.
 */
export function activityHref(query: Partial<ActivityQuery>, path = "/settings/activity"): string {
  const { about, key, from, to, page } = query;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries({ about, key, from, to, page: fromText(page ?? null) }))
    if (value) parameters.set(name, value);
  return parameters.size > 0 ? `${path}?${parameters}` : path;
}
