"use client";

import { Link } from "#components/ui/link.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { longDay } from "#components/ui/utc-day.ts";
import { ledgerKeyName, ledgerRowPath, signedCredits } from "#components/usage/ledger-words.ts";
import type { LedgerRow } from "#lib/credits/ledger.ts";

/**
 * Shows a page of the ledger: each UTC day with its balance and the keys that moved credits. A row
 * links to its movements.
 */
export function LedgerTable({ rows }: { rows: LedgerRow[] }) {
  return (
    <ReadingTable
      label="Credits by day and key"
      head={["Key", "Charged", "Refunded", "Added"]}
      groups={[...Map.groupBy(rows, ({ day }) => day)].map(([day, ofDay]) => ({
        key: day,
        title: (
          <span className="flex flex-wrap justify-between gap-x-4">
            <time dateTime={day}>{longDay(day)}</time>
            <span className="font-normal text-muted">
              Balance <span className="text-ink tabular-nums">{formatNumber(ofDay[0]?.closing ?? 0)}</span>
            </span>
          </span>
        ),
        rows: ofDay.map((row) => ({
          key: row.apiKeyId,
          cells: [
            <Link key="key" href={ledgerRowPath(row)} className="text-accent-ink underline underline-offset-3">
              <bdi className="break-words">{ledgerKeyName(row)}</bdi>
              <span className="sr-only"> on {longDay(day)}</span>
            </Link>,
            ...[-row.charged, row.refunded, row.added].map((credits, i) =>
              credits === 0 ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column
                <span key={i} data-none className="text-muted">
                  –
                </span>
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column
                <span key={i} className="tabular-nums">
                  {signedCredits(credits)}
                </span>
              ),
            ),
          ],
        })),
      }))}
    />
  );
}
