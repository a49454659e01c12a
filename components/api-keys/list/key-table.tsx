"use client";

import { FlexRender, type Row, useTable } from "@tanstack/react-table";
import { Activity, memo } from "react";
import { isOldKey } from "#components/api-keys/detail/key-facts.tsx";
import { columns, FACTS, features } from "#components/api-keys/list/key-columns.tsx";
import { KeyTableHeader } from "#components/api-keys/list/key-table-header.tsx";
import { OldKeyCallers } from "#components/api-keys/list/old-key-callers.tsx";
import type { KeySelection } from "#components/api-keys/list/use-selection.ts";
import { useNow } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { type ListQuery, PAGE_SIZE } from "#lib/api-keys/model/list-view.ts";

type Props = { rows: ListedApiKey[]; matching: number; page: number; query: ListQuery; selection: KeySelection };

/**
 * Shows one page of keys, on a phone as a list. The database searches, sorts and pages; the table
 * only renders what the URL asks for.
 */
export function KeyTable({ rows, matching, page, query, selection }: Props) {
  const table = useTable({
    features,
    columns,
    data: rows,
    getRowId: (key) => key.id,
    manualSorting: true,
    manualPagination: true,
    rowCount: matching,
    state: {
      sorting: [{ id: query.sort, desc: query.direction === "desc" }],
      pagination: { pageIndex: page - 1, pageSize: PAGE_SIZE },
      rowSelection: selection.rows,
    },
    onRowSelectionChange: selection.change,
  });
  return (
    <table className="block w-full table-fixed border-collapse text-left lg:table">
      <caption className="sr-only">API keys</caption>
      <colgroup className="max-lg:hidden">
        <col className="w-10" />
        <col />
        <col className="w-24" />
        <col className="w-28" />
        <col className="w-30" />
        <col className="w-28" />
        <col className="w-28" />
        <col className="w-34" />
      </colgroup>
      <thead className="block lg:table-header-group">
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id} className="block border-line border-b text-[0.8125rem] text-muted lg:table-row">
            {group.headers.map((header) => (
              <KeyTableHeader key={header.id} id={header.id} query={query} sorted={header.column.getIsSorted()}>
                <table.FlexRender header={header} />
              </KeyTableHeader>
            ))}
          </tr>
        ))}
      </thead>
      <tbody className="block lg:table-row-group">
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

/** Memoized, so that a row renders only when its key or its selection changes. */
const KeyRow = memo(function KeyRow({ row, selected }: { row: Row<typeof features, ListedApiKey>; selected: boolean }) {
  const old = isOldKey(row.original, useNow());
  return (
    <>
      <tr
        data-selected={selected || undefined}
        className={`key-row data-selected:bg-accent-soft/50 ${old ? "" : "border-line border-b last:border-0 hover:bg-sunken"}`}
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
        <tr
          data-selected={selected || undefined}
          className="block border-line border-b last:border-0 data-selected:bg-accent-soft/50 lg:table-row"
        >
          <td className="max-lg:hidden" />
          <td colSpan={columns.length - 1} className="block pr-4 pb-3.5 pl-11 lg:table-cell lg:px-3 lg:pb-3">
            <OldKeyCallers apiKey={row.original} />
          </td>
        </tr>
      )}
    </>
  );
});
