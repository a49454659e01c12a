import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { KeyLink } from "#components/api-keys/detail/key-link.tsx";
import { KeysetLinks } from "#components/ui/keyset-links.tsx";
import { Link } from "#components/ui/link.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { Section } from "#components/ui/section.tsx";
import { longDay } from "#components/ui/utc-day.ts";
import { Figure } from "#components/usage/figure.tsx";
import { ledgerKeyName, ledgerRowPath } from "#components/usage/ledger-words.ts";
import { MovementTable } from "#components/usage/movement-table.tsx";
import { withRequestId } from "#lib/auth/current-request.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { env } from "#lib/config/env.ts";
import { findLedgerRow } from "#lib/credits/ledger.ts";
import { epochMs, ledgerRowId } from "#lib/credits/model/ledger-row.ts";
import { listMovements } from "#lib/credits/movements.ts";
import { fromParameter } from "#lib/paging/model/from-parameter.ts";
import { type From, fromText } from "#lib/paging/model/keyset-page.ts";

const PAGE = 50;

type Props = {
  params: Promise<{ day: string; key: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** Reads the row once for the title and the page. */
const findRow = cache(
  withRequestId(async (day: string, key: string) => {
    const user = await requireUser();
    const id = ledgerRowId.safeParse({ day, apiKeyId: key });
    return id.success ? findLedgerRow(user.userId, id.data) : null;
  }),
);

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { day, key } = await params;
  const row = await findRow(day, key);
  return { title: row ? `${ledgerKeyName(row)}, ${longDay(row.day)}` : "Page not found" };
}

/** Lists the movements behind a row of the ledger: one key's of one UTC day. */
export default withRequestId(async function LedgerRowPage({ params, searchParams }: Props) {
  const user = await requireUser();
  const { day, key } = await params;
  const row = await findRow(day, key);
  if (!row) notFound();
  const from = fromParameter(epochMs).parse((await searchParams).from);
  const { rows, before, after } = await listMovements(user.userId, row, PAGE, from);
  const href = (to: From) => to && `${ledgerRowPath(row)}?from=${fromText(to)}`;
  return (
    <>
      <p className="mb-2 text-[0.8125rem]">
        <Link href="/settings/usage#ledger" className="text-muted underline underline-offset-3 hover:text-ink">
          Usage
        </Link>
      </p>
      <header className="mb-6">
        <h1 className="font-semibold text-xl tracking-tight">{longDay(row.day)}</h1>
        <p className="mt-1 text-muted">
          {row.keyName ? <KeyLink id={row.apiKeyId} name={row.keyName} /> : ledgerKeyName(row)}, on this UTC day.
        </p>
      </header>
      <dl className="grid grid-cols-[repeat(auto-fit,minmax(min(7rem,100%),1fr))] gap-3 sm:grid-cols-4">
        <Figure term="Charged" value={formatNumber(row.charged)} />
        <Figure term="Refunded" value={formatNumber(row.refunded)} />
        <Figure term="Added" value={formatNumber(row.added)} />
        <Figure term="Balance" value={formatNumber(row.closing)}>
          at the end of the day
        </Figure>
      </dl>
      <Section title="Movements" note="Single charges, refunds and additions, the newest first.">
        {row.isDetailed ? (
          <MovementTable movements={rows} />
        ) : (
          <Notice>
            Single movements are kept for {formatNumber(env().LEDGER_DETAIL_DAYS)} days. Of this day only the sums above
            are kept.
          </Notice>
        )}
        <KeysetLinks label="Pages of movements" before={href(before)} after={href(after)} />
      </Section>
    </>
  );
});
