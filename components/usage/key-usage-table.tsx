"use client";

import { KeyLink } from "#components/api-keys/detail/key-link.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import type { KeyUsage } from "#lib/usage/by-key.ts";

export function KeyUsageTable({ keys }: { keys: KeyUsage[] }) {
  return (
    <ReadingTable
      label="Requests by key"
      head={["Key", "Prefix", "Requests", "Successful", "Credits"]}
      rows={keys.map(({ id, name, prefix, requests, ok, credits }) => ({
        key: id,
        cells: [
          <KeyLink key="name" id={id} name={name} />,
          <code key="prefix" className="font-mono text-xs">
            {prefix}…
          </code>,
          formatNumber(requests),
          formatNumber(ok),
          formatNumber(credits),
        ],
      }))}
    />
  );
}
