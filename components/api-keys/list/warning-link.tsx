"use client";

import type { ReactNode } from "react";
import { useListRef } from "#components/api-keys/list/list-ref.ts";
import { ViewLink } from "#components/api-keys/list/view-navigation.tsx";
import type { WarningKind } from "#lib/api-keys/model/key-warning.ts";
import { type ListQuery, UNFILTERED } from "#lib/api-keys/model/list-view.ts";

type Props = { query: ListQuery; kind: WarningKind; children: ReactNode };

/** Links to the keys that a warning is about. */
export function WarningLink({ query, kind, children }: Props) {
  const list = useListRef();
  function showList() {
    list.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }
  return (
    <ViewLink
      query={query}
      change={{ ...UNFILTERED, finding: kind }}
      onFollow={showList}
      className="rounded text-accent-ink underline underline-offset-3"
    >
      {children}
    </ViewLink>
  );
}
