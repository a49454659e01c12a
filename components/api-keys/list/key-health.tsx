import { ChevronRight, ShieldCheck, ShieldQuestion } from "lucide-react";
import { focusOnList } from "#components/api-keys/list/focus-on-list.ts";
import { ViewLink } from "#components/api-keys/list/view-navigation.tsx";
import { findingAction, findingWords } from "#components/api-keys/list/warning-words.ts";
import type { KeyWarning } from "#lib/api-keys/key-health.ts";
import { type ListQuery, UNFILTERED } from "#lib/api-keys/model/list-view.ts";

/** Quiet until it has something to say. */
export function KeyHygiene({ findings, query }: { findings: KeyWarning[]; query: ListQuery }) {
  if (findings.length === 0)
    return (
      <p className="flex items-center gap-2 text-[0.8125rem] text-muted">
        <ShieldCheck aria-hidden className="size-4 text-success-ink" /> Key hygiene: all good
      </p>
    );
  return (
    <details className="group rounded-xl border border-line bg-surface">
      <summary className="flex list-none items-center gap-2 rounded-xl px-4 py-2.5 text-[0.8125rem] [&::-webkit-details-marker]:hidden">
        <ShieldQuestion aria-hidden className="size-4 text-warning-ink" />
        <span>
          Key hygiene: {findings.length} {findings.length === 1 ? "suggestion" : "suggestions"}
        </span>
        <ChevronRight aria-hidden className="ml-auto size-4 text-muted transition-transform group-open:rotate-90" />
      </summary>
      <ul className="divide-y divide-line border-line border-t text-[0.8125rem]">
        {findings.map((finding) => (
          <li key={finding.kind} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-4 py-2.5">
            <span className="font-medium">{findingWords(finding)}</span>
            <ViewLink
              query={query}
              change={{ ...UNFILTERED, finding: finding.kind }}
              onFollow={showList}
              className="rounded text-accent-ink underline underline-offset-3"
            >
              {findingAction(finding)}
            </ViewLink>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** The link stands below the list, which is as good as out of sight there. */
function showList() {
  focusOnList()?.focus({ preventScroll: true });
  focusOnList()?.scrollIntoView();
}
