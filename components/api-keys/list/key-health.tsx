import { ChevronRight, ShieldQuestion } from "lucide-react";
import { RotateInTurn } from "#components/api-keys/change/rotate-in-turn.tsx";
import { WarningLink } from "#components/api-keys/list/warning-link.tsx";
import { WARNING_WORDS, warningAction, warningWords } from "#components/api-keys/list/warning-words.ts";
import type { KeyWarning } from "#lib/api-keys/key-health.ts";
import type { ListQuery } from "#lib/api-keys/model/list-view.ts";

/** Lists the warnings about the user's keys, collapsed at first. Shows nothing if there are none. */
export function KeyHealth({ warnings, query }: { warnings: KeyWarning[]; query: ListQuery }) {
  if (warnings.length === 0) return null;
  return (
    // The React key collapses it again when the list shows the keys of a warning.
    <details key={query.finding} className="group rounded-xl border border-line bg-surface">
      <summary className="flex list-none items-center gap-2 rounded-xl px-4 py-2.5 text-[0.8125rem] [&::-webkit-details-marker]:hidden">
        <ShieldQuestion aria-hidden className="size-4 shrink-0 text-warning-ink" />
        <span>
          Key health: {warnings.length} {warnings.length === 1 ? "suggestion" : "suggestions"}
        </span>
        <ChevronRight
          aria-hidden
          className="ml-auto size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
        />
      </summary>
      <ul className="divide-y divide-line border-line border-t text-[0.8125rem]">
        {warnings.map((warning) => {
          const { rotates } = WARNING_WORDS[warning.kind];
          return (
            <li
              key={warning.kind}
              className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-4 py-2.5"
            >
              <span className="font-medium">{warningWords(warning)}</span>
              <span className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
                {rotates && (
                  <span className="noscript:hidden">
                    <RotateInTurn kind={warning.kind}>{warningAction(warning)}</RotateInTurn>
                  </span>
                )}
                <WarningLink query={query} kind={warning.kind}>
                  {rotates ? "Show keys" : warningAction(warning)}
                </WarningLink>
              </span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}
