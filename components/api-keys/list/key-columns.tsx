"use client";

import { createColumnHelper, rowSelectionFeature, tableFeatures } from "@tanstack/react-table";
import { type ComponentProps, useId } from "react";
import { KeyActions } from "#components/api-keys/change/key-actions.tsx";
import {
  EnvironmentMark,
  Expires,
  KeyName,
  KeyText,
  LastUsed,
  RestrictedMark,
  RotationMark,
  Status,
} from "#components/api-keys/detail/key-facts.tsx";
import { RecentRequests } from "#components/api-keys/list/recent-requests.tsx";
import { Checkbox } from "#components/ui/checkbox.tsx";
import { Time } from "#components/ui/time.tsx";
import type { PageRow } from "#lib/api-keys/list.ts";

/** The URL holds the order and the page, so the table needs no features for them. */
export const features = tableFeatures({ rowSelectionFeature });
const column = createColumnHelper<typeof features, PageRow>();

/** The ids of the columns are the names that the URL and the query use for sorting. */
export const columns = column.columns([
  column.display({
    id: "select",
    header: ({ table }) => (
      <SelectPage
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
      <span className="flex min-w-0 flex-col">
        <KeyName apiKey={row.original} />
        <span className="flex flex-wrap gap-x-2.5 text-xs">
          <EnvironmentMark environment={row.original.environment} />
          {/* In place of its own column. */}
          <span className="hidden list:max-lg:inline">
            <KeyText apiKey={row.original} />
          </span>
          <RotationMark apiKey={row.original} />
          <RestrictedMark apiKey={row.original} />
        </span>
      </span>
    ),
  }),
  column.accessor("prefix", {
    id: "key",
    header: "Key",
    cell: ({ row }) => <KeyText apiKey={row.original} />,
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
  column.accessor("recentRequests", {
    id: "requests",
    header: "Requests (24 h)",
    cell: ({ row }) => <RecentRequests apiKey={row.original} />,
  }),
  column.accessor("expiresAt", {
    id: "expires",
    header: "Expires",
    // The line below an old key says what its end waits for.
    cell: ({ row }) => <Expires apiKey={{ ...row.original, endsOnUse: false }} />,
  }),
  column.accessor("revokedAt", { id: "status", header: "Status", cell: ({ row }) => <Status apiKey={row.original} /> }),
  column.display({
    id: "actions",
    header: "Actions",
    cell: ({ row }) => <KeyActions apiKey={row.original} inList />,
  }),
]);

/** The columns whose title a phone shows beside each value. */
export const FACTS = new Set(["created", "lastUsed", "requests", "expires"]);

/** Selects all rows. A phone shows the words, because it shows no table header. */
function SelectPage(props: Pick<ComponentProps<typeof Checkbox>, "checked" | "indeterminate" | "onChange">) {
  const id = useId();
  return (
    <label htmlFor={id} className="flex items-center gap-3 noscript:hidden">
      <Checkbox id={id} {...props} />
      <span className="list:sr-only">Select all keys on this page</span>
    </label>
  );
}
