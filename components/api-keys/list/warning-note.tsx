"use client";

import { SHORTCUT_TARGETS } from "#components/api-keys/list/shortcuts.tsx";
import { ViewLink } from "#components/api-keys/list/view-navigation.tsx";
import { FINDING_WORDS, findingWords } from "#components/api-keys/list/warning-words.ts";
import { Button, buttonClass } from "#components/ui/button.tsx";
import type { WarningKind } from "#lib/api-keys/model/key-warning.ts";
import { type ListQuery, UNFILTERED } from "#lib/api-keys/model/list-view.ts";

type Props = { kind: WarningKind; matching: number; query: ListQuery };

/** Above the keys that a finding is about: what it is, and how it is mended. */
export function FindingNote({ kind, matching, query }: Props) {
  const { advice, byNewKey } = FINDING_WORDS[kind];
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 border-line border-b bg-sunken px-4 py-2.5 text-[0.8125rem]">
      <p>
        <span className="font-medium">{findingWords({ kind, keys: matching })}.</span>{" "}
        <span className="text-muted">{advice}</span>
      </p>
      <div className="flex gap-2">
        {byNewKey && (
          // The page's own button keeps the dialog: it must outlive the view, which changes with the keys.
          <Button
            size="small"
            className="noscript:hidden"
            onClick={() => document.getElementById(SHORTCUT_TARGETS.create)?.click()}
          >
            Create a new key
          </Button>
        )}
        <ViewLink query={query} change={UNFILTERED} className={buttonClass({ variant: "quiet", size: "small" })}>
          Show all keys
        </ViewLink>
      </div>
    </div>
  );
}
