"use client";

import { functionalUpdate, type RowSelectionState, type Updater } from "@tanstack/react-table";
import { useCallback, useState } from "react";
import type { ApiKeyPage } from "#lib/api-keys/list.ts";
import type { ListQuery } from "#lib/api-keys/model/list-view.ts";
import type { Selection } from "#lib/api-keys/model/schema.ts";

/**
 * The selected ids, or, if `all` is set, the ids of the keys that match the view and are not
 * selected.
 */
type Chosen = { view: string; all: boolean; ids: ReadonlySet<string> };

export type KeySelection = ReturnType<typeof useSelection>;

/**
 * Keeps the selection by id, so that it survives paging, sorting and refreshing. Another search or
 * filter clears it: the user must not revoke keys that the view no longer matches.
 */
export function useSelection(page: ApiKeyPage, { q, status, environment, finding, use, restricted }: ListQuery) {
  const view = JSON.stringify([q, status, environment, finding, use, restricted]);
  const [chosen, setChosen] = useState<Chosen>();
  const { all, ids } = chosenIn(view, chosen);
  const shown = page.rows.filter(({ id }) => ids.has(id) !== all);
  const rows: RowSelectionState = Object.fromEntries(shown.map(({ id }) => [id, true]));

  // A stable function, so that only rows that have changed render again.
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
    /** The selected keys of this page, as the table wants them. */
    rows,
    wholePage: shown.length === page.rows.length,
    count: all ? Math.max(0, page.matching - ids.size) : ids.size,
    /** Whether any key was ever selected, so that an empty selection is worth announcing. */
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
    /** The selection as the server action wants it. */
    forServer: (): Selection => ({ all, ids: [...ids], view: { q, status, environment, finding, use, restricted } }),
  };
}

function chosenIn(view: string, chosen: Chosen | undefined): Chosen {
  return chosen?.view === view ? chosen : { view, all: false, ids: new Set() };
}
