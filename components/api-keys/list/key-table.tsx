"use client";

import { FlexRender, type Row, useTable } from "@tanstack/react-table";
import { Activity, type MouseEvent, memo } from "react";
import { isOldKey } from "#components/api-keys/detail/key-facts.tsx";
import { columns, FACTS, features } from "#components/api-keys/list/key-columns.tsx";
import { KeyTableHeader } from "#components/api-keys/list/key-table-header.tsx";
import { OldKey } from "#components/api-keys/list/old-key.tsx";
import type { KeySelection } from "#components/api-keys/list/use-selection.ts";
import { useViewNavigation } from "#components/api-keys/list/view-navigation.tsx";
import { noteNavigation } from "#components/ui/link.tsx";
import { useNow } from "#components/ui/time.tsx";
import type { PageRow } from "#lib/api-keys/list.ts";
import type { ListQuery } from "#lib/api-keys/model/list-view.ts";

type Props = { rows: PageRow[]; query: ListQuery; selection: KeySelection };

/**
 * Shows one page of keys, on a phone as a list. The database searches, sorts and pages; the table
 * only renders what the URL asks for.
 */
export function KeyTable({ rows, query, selection }: Props) {
  const { go } = useViewNavigation();
  const table = useTable({
    features,
    columns,
    data: rows,
    getRowId: (key) => key.id,
    state: { rowSelection: selection.rows },
    onRowSelectionChange: selection.change,
  });
  /** Opens the key's page from anywhere in its row, and in a new tab as the link in it would. */
  function follow(event: MouseEvent<HTMLElement>) {
    const { id } = clickedRow(event)?.dataset ?? {};
    if (!id) return;
    const href = `/settings/developer/${id}`;
    if (event.button === 1 || event.metaKey || event.ctrlKey) window.open(href, "_blank", "noopener");
    else if (event.button === 0 && !event.shiftKey && !event.altKey) {
      noteNavigation(event);
      if (!event.defaultPrevented) go(href, { scroll: true });
    }
  }
  return (
    <table className="block w-full table-fixed text-left list:table">
      <caption className="sr-only">API keys</caption>
      <thead className="block list:table-header-group">
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id} className="block text-[0.8125rem] text-muted list:table-row">
            {group.headers.map((header) => (
              <KeyTableHeader key={header.id} id={header.id} query={query}>
                <table.FlexRender header={header} />
              </KeyTableHeader>
            ))}
          </tr>
        ))}
      </thead>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard has the link in the row */}
      <tbody className="block list:table-row-group" onClick={follow} onAuxClick={follow}>
        {table.getRowModel().rows.map((row) => (
          // Each `Activity` is a boundary that React hydrates by itself, so that the page responds
          // in between.
          <Activity key={row.id}>
            <KeyRow row={row} selected={row.getIsSelected()} />
          </Activity>
        ))}
      </tbody>
    </table>
  );
}

/**
 * Returns the row that a click means: not one on a control, in a menu or at the end of a text
 * selection.
 */
function clickedRow({ target, currentTarget, nativeEvent }: MouseEvent<HTMLElement>): HTMLElement | null {
  // A finger on a time asks for the exact time.
  const isTouch = nativeEvent instanceof PointerEvent && nativeEvent.pointerType === "touch";
  if (isTouch && target instanceof Element && target.closest("time")) return null;
  if (!(target instanceof Element) || !currentTarget.contains(target)) return null;
  if (target.closest("a, button, input, label") || window.getSelection()?.isCollapsed === false) return null;
  return target.closest<HTMLElement>("tr[data-id]");
}

/** Memoized, so that a row renders only when its key or its selection changes. */
const KeyRow = memo(function KeyRow({ row, selected }: { row: Row<typeof features, PageRow>; selected: boolean }) {
  const { original: key } = row;
  const old = isOldKey(key, useNow());
  return (
    <>
      <tr
        data-id={key.id}
        data-selected={selected || undefined}
        className={`key-row ${old ? "key-row-old" : ""} ${key.isSubRow ? "key-sub-row" : ""}`}
      >
        {row.getAllCells().map((cell) =>
          cell.column.id === "name" ? (
            <th key={cell.id} scope="row" className="key-name">
              <FlexRender cell={cell} />
            </th>
          ) : (
            <td
              key={cell.id}
              data-label={FACTS.has(cell.column.id) ? String(cell.column.columnDef.header) : undefined}
              className={`key-${cell.column.id}`}
            >
              <FlexRender cell={cell} />
            </td>
          ),
        )}
      </tr>
      {old && (
        <tr data-selected={selected || undefined} className={`key-old ${key.isSubRow ? "key-sub-row" : ""}`}>
          <td colSpan={columns.length}>
            <OldKey apiKey={key} />
          </td>
        </tr>
      )}
    </>
  );
});
