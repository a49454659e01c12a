"use client";

import { functionalUpdate, type RowSelectionState, type Updater } from "@tanstack/react-table";
import { useCallback, useState } from "react";
import type { ApiKeyPage } from "#lib/api-keys/list.ts";
import type { ListQuery } from "#lib/api-keys/model/list-view.ts";
import type { Selection } from "#lib/api-keys/model/schema.ts";

/** Keys by id: these, or, the other way round, all that match the view but these. */
type Chosen = { view: string; all: boolean; ids: ReadonlySet<string> };

export type KeySelection = ReturnType<typeof useSelection>;

/**
 * Which keys are selected, by id, so that it outlives paging, sorting and refreshing. Another search or filter lets go of all of
 * them: nobody should revoke what is out of sight for another reason than its page.
 */
export function useSelection(page: ApiKeyPage, { q, status, environment, finding }: ListQuery) {
  const view = JSON.stringify([q, status, environment, finding]);
  const [chosen, setChosen] = useState<Chosen>();
  const { all, ids } = chosenIn(view, chosen);
  const shown = page.rows.filter(({ id }) => ids.has(id) !== all);
  const rows: RowSelectionState = Object.fromEntries(shown.map(({ id }) => [id, true]));

  // Always the same function, so that of many rows only those are rendered again that have changed.
  const toggle = useCallback(
    (keys: { id: string }[], selected: boolean) =>
      setChosen((before) => {
        const { all, ids } = chosenIn(view, before);
        const next = new Set(ids);
        for (const { id } of keys) {
          if (selected === all) next.delete(id);
          else next.add(id);
        }
        return { view, all, ids: next };
      }),
    [view],
  );
  return {
    /** Of the keys on this page, the selected ones, as the table knows them. */
    rows,
    wholePage: shown.length === page.rows.length,
    count: all ? Math.max(0, page.matching - ids.size) : ids.size,
    /** Whether anything was ever selected, and so there is something to say of nothing being selected. */
    used: chosen !== undefined,
    all,
    toggle,
    change(updater: Updater<RowSelectionState>) {
      const next = functionalUpdate(updater, rows);
      for (const selected of [true, false])
        toggle(
          page.rows.filter(({ id }) => id in next === selected),
          selected,
        );
    },
    selectAll: () => setChosen({ view, all: true, ids: new Set() }),
    clear: () => setChosen({ view, all: false, ids: new Set() }),
    /** What the server is told. */
    forServer: (): Selection => ({ all, ids: [...ids], view: { q, status, environment, finding } }),
  };
}

function chosenIn(view: string, chosen: Chosen | undefined): Chosen {
  return chosen?.view === view ? chosen : { view, all: false, ids: new Set() };
}
