"use client";

import {
  createColumnHelper,
  rowPaginationFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { ArrowDown, ArrowUp } from "lucide-react";
import { KeyActions } from "#components/api-keys/key-actions.tsx";
import {
  EnvironmentBadge,
  Expires,
  KeyName,
  KeyPrefix,
  LastUsed,
  RotationBadge,
  Status,
} from "#components/api-keys/key-facts.tsx";
import { ViewLink } from "#components/api-keys/view-navigation.tsx";
import { Time } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { type ListQuery, PAGE_SIZE, SORT_COLUMNS } from "#lib/api-keys/list-view.ts";

const features = tableFeatures({ rowSortingFeature, rowPaginationFeature });
const column = createColumnHelper<typeof features, ListedApiKey>();

/** Column ids are the names that the URL and the query know for sorting. */
const columns = column.columns([
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

type Props = { rows: ListedApiKey[]; matching: number; page: number; query: ListQuery };

/** The keys of one page. Searching, sorting and paging happen in SQL; the table only knows what the URL said. */
export function KeyTable({ rows, matching, page, query }: Props) {
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
    },
  });
  return (
    <table className="hidden w-full table-fixed border-collapse text-left lg:table">
      <caption className="sr-only">API keys</caption>
      <colgroup>
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
              <Header key={header.id} id={header.id} query={query} sorted={header.column.getIsSorted()}>
                <table.FlexRender header={header} />
              </Header>
            ))}
          </tr>
        ))}
      </thead>
      <tbody>
        {table.getRowModel().rows.map((row) => (
          <tr key={row.id} className="border-line border-b transition-colors last:border-0 hover:bg-sunken">
            {row.getAllCells().map((cell) =>
              cell.column.id === "name" ? (
                <th key={cell.id} scope="row" className="h-13 px-3 font-normal first:pl-4">
                  <table.FlexRender cell={cell} />
                </th>
              ) : (
                <td key={cell.id} className="h-13 px-3 text-[0.8125rem] last:pr-2.5">
                  <table.FlexRender cell={cell} />
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type HeaderProps = { id: string; query: ListQuery; sorted: false | "asc" | "desc"; children: React.ReactNode };

function Header({ id, query, sorted, children }: HeaderProps) {
  const sort = SORT_COLUMNS.find((name) => name === id);
  if (!sort) {
    return (
      <th scope="col" className="h-10 px-3">
        <span className="sr-only">{children}</span>
      </th>
    );
  }
  const Arrow = sorted === "asc" ? ArrowUp : ArrowDown;
  // A second press turns the order round; times start with the latest, texts with A.
  const first = sort === "name" || sort === "key" || sort === "status" ? "asc" : "desc";
  const direction = sorted ? (sorted === "asc" ? "desc" : "asc") : first;
  return (
    <th
      scope="col"
      aria-sort={sorted ? (sorted === "asc" ? "ascending" : "descending") : "none"}
      className="h-10 px-3 font-medium first:pl-4"
    >
      <ViewLink
        query={query}
        change={{ sort, direction }}
        className="group/sort inline-flex items-center gap-1 rounded hover:text-ink"
      >
        {children}
        <Arrow aria-hidden className={`size-3.5 ${sorted ? "" : "opacity-0 group-hover/sort:opacity-50"}`} />
      </ViewLink>
    </th>
  );
}
