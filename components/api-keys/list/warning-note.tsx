import { RotateInTurn } from "#components/api-keys/change/rotate-in-turn.tsx";
import { ViewLink } from "#components/api-keys/list/view-navigation.tsx";
import { WARNING_WORDS, warningAction, warningWords } from "#components/api-keys/list/warning-words.ts";
import { buttonClass } from "#components/ui/button.tsx";
import type { WarningKind } from "#lib/api-keys/model/key-warning.ts";
import { type ListQuery, UNFILTERED } from "#lib/api-keys/model/list-view.ts";

type Props = { kind: WarningKind; matching: number; query: ListQuery };

/** Explains the warning that the list is filtered by, and what to do about it. */
export function WarningNote({ kind, matching, query }: Props) {
  const { advice, rotates } = WARNING_WORDS[kind];
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-b bg-sunken px-4 py-2.5 text-[0.8125rem]">
      <p>
        <span className="font-medium">{warningWords({ kind, keys: matching })}.</span>{" "}
        <span className="text-muted">{advice}</span>
      </p>
      <div className="flex gap-2">
        {rotates && (
          <span className="noscript:hidden">
            <RotateInTurn kind={kind}>{warningAction({ kind, keys: matching })}</RotateInTurn>
          </span>
        )}
        <ViewLink query={query} change={UNFILTERED} className={buttonClass({ variant: "quiet", size: "small" })}>
          Show all keys
        </ViewLink>
      </div>
    </div>
  );
}
