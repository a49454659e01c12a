import { ChevronRight, ShieldCheck, ShieldQuestion } from "lucide-react";
import { RotateInTurn } from "#components/api-keys/change/rotate-in-turn.tsx";
import { useListRef } from "#components/api-keys/list/list-ref.ts";
import { ViewLink } from "#components/api-keys/list/view-navigation.tsx";
import { WARNING_WORDS, warningAction, warningWords } from "#components/api-keys/list/warning-words.ts";
import type { KeyWarning } from "#lib/api-keys/key-health.ts";
import { type ListQuery, UNFILTERED } from "#lib/api-keys/model/list-view.ts";

/** Lists the warnings about the user's keys, folded until the user opens them. */
export function KeyHealth({ warnings, query }: { warnings: KeyWarning[]; query: ListQuery }) {
  const list = useListRef();
  /** The links stand below the list, which may fill more than a screen. */
  function showList() {
    list.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }
  if (warnings.length === 0)
    return (
      <p className="flex items-center gap-2 text-[0.8125rem] text-muted">
        <ShieldCheck aria-hidden className="size-4 text-success-ink" /> Key health: all good
      </p>
    );
  return (
    <details className="group rounded-xl border border-line bg-surface">
      <summary className="flex list-none items-center gap-2 rounded-xl px-4 py-2.5 text-[0.8125rem] [&::-webkit-details-marker]:hidden">
        <ShieldQuestion aria-hidden className="size-4 text-warning-ink" />
        <span>
          Key health: {warnings.length} {warnings.length === 1 ? "suggestion" : "suggestions"}
        </span>
        <ChevronRight aria-hidden className="ml-auto size-4 text-muted transition-transform group-open:rotate-90" />
      </summary>
      <ul className="divide-y divide-line border-line border-t text-[0.8125rem]">
        {warnings.map((warning) => (
          <li key={warning.kind} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-4 py-2.5">
            <span className="font-medium">{warningWords(warning)}</span>
            <span className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
              {WARNING_WORDS[warning.kind].rotates && (
                <span className="noscript:hidden">
                  <RotateInTurn warning={warning} />
                </span>
              )}
              <ViewLink
                query={query}
                change={{ ...UNFILTERED, finding: warning.kind }}
                onFollow={showList}
                className="rounded text-accent-ink underline underline-offset-3"
              >
                {WARNING_WORDS[warning.kind].rotates ? "Show keys" : warningAction(warning)}
              </ViewLink>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
