import { restrictionSummary } from "#components/api-keys/restrictions/restriction-words.ts";
import type { RestrictionColumns } from "#lib/api-keys/model/restrictions.ts";

/** Marks a restricted key in a line of the list, with a summary for the pointer and screen readers. */
export function RestrictedMark({ apiKey }: { apiKey: RestrictionColumns }) {
  const summary = restrictionSummary(apiKey);
  return (
    summary && (
      <span title={summary} className="text-muted">
        Restricted<span className="sr-only">: {summary}</span>
      </span>
    )
  );
}
