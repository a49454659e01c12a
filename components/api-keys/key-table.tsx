"use client";

import {
  createColumnHelper,
  FlexRender,
  type Row,
  rowPaginationFeature,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { memo } from "react";
import { KeyActions } from "#components/api-keys/key-actions.tsx";
import {
  EnvironmentBadge,
  Expires,
  isOldKey,
  KeyName,
  KeyPrefix,
  LastUsed,
  RotationBadge,
  Status,
} from "#components/api-keys/key-facts.tsx";
import { KeyTableHeader } from "#components/api-keys/key-table-header.tsx";
import { OldKeyCallers } from "#components/api-keys/old-key-callers.tsx";
import type { KeySelection } from "#components/api-keys/use-selection.ts";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Time, useNow } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { type ListQuery, PAGE_SIZE } from "#lib/api-keys/list-view.ts";

const features = tableFeatures({ rowSortingFeature, rowPaginationFeature, rowSelectionFeature });
const column = createColumnHelper<typeof features, ListedApiKey>();

/** Column ids are the names that the URL and the query know for sorting. */
const columns = column.columns([
  column.display({
    id: "select",
    header: ({ table }) => (
      <Checkbox
        aria-label="Select all keys on this page"
        checked={table.getIsAllPageRowsSelected()}
        indeterminate={table.getIsSomePageRowsSelected() && !table.getIsAllPageRowsSelected()}
        onChange={table.getToggleAllPageRowsSelectedHandler()}
      />
    ),
    cell: ({ row }) => (
      <Checkbox
        aria-label={`Select ${row.original.name}`}
        checked={row.getIsSelected()}
        onChange={row.getToggleSelectedHandler()}
      />
    ),
  }),
  column.accessor("name", {
    id: "name",
    header: "Name",
    cell: ({ row }) => (
      <span className="flex min-w-0 items-center gap-2">
        <KeyName apiKey={row.original} />
        <EnvironmentBadge environment={row.original.environment} />
        <RotationBadge apiKey={row.original} />
      </span>
    ),
  }),
  column.accessor("prefix", {
    id: "key",
    header: "Key",
    cell: ({ row }) => <KeyPrefix prefix={row.original.prefix} />,
  }),
  column.accessor("createdAt", {
    id: "created",
    header: "Created",
    cell: ({ row }) => <Time at={row.original.createdAt} />,
  }),
  column.accessor("lastUsedAt", {
    id: "lastUsed",
    header: "Last used",
    cell: ({ row }) => <LastUsed apiKey={row.original} />,
  }),
  column.accessor("expiresAt", {
    id: "expires",
    header: "Expires",
    cell: ({ row }) => <Expires apiKey={row.original} />,
  }),
  column.accessor("revokedAt", { id: "status", header: "Status", cell: ({ row }) => <Status apiKey={row.original} /> }),
  column.display({ id: "actions", header: "Actions", cell: ({ row }) => <KeyActions apiKey={row.original} /> }),
]);

type Props = { rows: ListedApiKey[]; matching: number; page: number; query: ListQuery; selection: KeySelection };

/** The keys of one page. Searching, sorting and paging happen in SQL; the table only knows what the URL said. */
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
    <table className="hidden w-full table-fixed border-collapse text-left lg:table">
      <caption className="sr-only">API keys</caption>
      <colgroup>
        <col className="w-10" />
        <col />
        <col className="w-24" />
        <col className="w-28" />
        <col className="w-30" />
        <col className="w-28" />
        <col className="w-28" />
        <col className="w-34" />
      </colgroup>
      <thead>
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id} className="border-line border-b text-[0.8125rem] text-muted">
            {group.headers.map((header) => (
              <KeyTableHeader key={header.id} id={header.id} query={query} sorted={header.column.getIsSorted()}>
                <table.FlexRender header={header} />
              </KeyTableHeader>
            ))}
          </tr>
        ))}
      </thead>
      <tbody>
        {table.getRowModel().rows.map((row) => (
          <KeyRow key={row.id} row={row} selected={row.getIsSelected()} />
        ))}
      </tbody>
    </table>
  );
}

/** Rendered again only when its key or its selection changes: a page has 25 rows, and each of them dialogs and a menu. */
const KeyRow = memo(function KeyRow({ row, selected }: { row: Row<typeof features, ListedApiKey>; selected: boolean }) {
  const old = isOldKey(row.original, useNow());
  const look = `transition-colors data-selected:bg-accent-soft/50 ${old ? "" : "border-line border-b last:border-0 hover:bg-sunken"}`;
  return (
    <>
      <tr data-selected={selected || undefined} className={look}>
        {row.getAllCells().map((cell) =>
          cell.column.id === "name" ? (
            <th key={cell.id} scope="row" className="h-13 px-3 font-normal">
              <FlexRender cell={cell} />
            </th>
          ) : (
            <td key={cell.id} className="h-13 px-3 text-[0.8125rem] first:pr-0 first:pl-4 last:pr-2.5">
              <FlexRender cell={cell} />
            </td>
          ),
        )}
      </tr>
      {old && (
        <tr
          data-selected={selected || undefined}
          className="border-line border-b last:border-0 data-selected:bg-accent-soft/50"
        >
          <td />
          <td colSpan={columns.length - 1} className="px-3 pb-3">
            <OldKeyCallers apiKey={row.original} />
          </td>
        </tr>
      )}
    </>
  );
});
