import { Download } from "lucide-react";
import type { Metadata } from "next";
import { buttonClass } from "#components/ui/button.tsx";
import { KeysetLinks } from "#components/ui/keyset-links.tsx";
import { Link } from "#components/ui/link.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { Section } from "#components/ui/section.tsx";
import { NowProvider } from "#components/ui/time.tsx";
import { DayChart } from "#components/usage/day-chart.tsx";
import { Figure } from "#components/usage/figure.tsx";
import { KeyUsageTable } from "#components/usage/key-usage-table.tsx";
import { LedgerTable } from "#components/usage/ledger-table.tsx";
import { MonthLinks, monthName } from "#components/usage/month-links.tsx";
import { OUTCOME_LOOKS } from "#components/usage/outcome-labels.ts";
import { RangeLinks } from "#components/usage/range-links.tsx";
import { findTier } from "#lib/accounts/store.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { tierOf } from "#lib/config/tiers-file.ts";
import { creditsByDay, listLedger } from "#lib/credits/ledger.ts";
import { findRemaining } from "#lib/credits/store.ts";
import { type From, fromText } from "#lib/paging/model/keyset-page.ts";
import { usageByKey } from "#lib/usage/by-key.ts";
import { usageQuery } from "#lib/usage/model/schema.ts";
import { usageByDay } from "#lib/usage/read.ts";

export const metadata: Metadata = { title: "Usage" };

const date = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", timeZone: "UTC" });
const PAGE = 25;
const CREDIT_LOOKS = { credits: { label: "Credits", fill: "fill-accent", swatch: "bg-accent" } };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function UsagePage({ searchParams }: Props) {
  const user = await requireUser();
  const query = usageQuery.parse(await searchParams);
  const range = query.days;
  const now = new Date();
  const month = query.month ?? now.toISOString().slice(0, 7);
  const tierName = await findTier(user.userId);
  const tier = tierOf(user.userId, tierName);
  const [days, keys, remaining, ledger, spent] = await Promise.all([
    usageByDay(user.userId, range, now),
    usageByKey(user.userId, month, PAGE, query.keys),
    findRemaining(user.userId, tier.requestsPerMonth),
    listLedger(user.userId, PAGE, query.ledger),
    creditsByDay(user.userId, range, now),
  ]);
  const href = (change: { month?: string; keys?: From; ledger?: From }, anchor: string) => {
    const to = { ...query, ...change };
    const parameters = new URLSearchParams({ days: String(range) });
    for (const [name, value] of Object.entries({
      month: to.month,
      keys: fromText(to.keys),
      ledger: fromText(to.ledger),
    }))
      if (value) parameters.set(name, value);
    return `/settings/usage?${parameters}#${anchor}`;
  };
  const keysHref = (keys: From) => keys && href({ keys }, "by-key");
  const ledgerHref = (ledger: From) => ledger && href({ ledger }, "ledger");
  const renews = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
  return (
    <NowProvider now={now}>
      <header className="mb-6">
        <h1 className="font-semibold text-xl tracking-tight">Usage</h1>
        <p className="mt-1 text-muted">
          Requests and credits of all your keys. New ones are here within a few seconds.
        </p>
      </header>
      <dl className="grid gap-3 sm:grid-cols-3">
        <Figure term="Credits left" value={formatNumber(remaining?.credits ?? 0)}>
          to spend, shared by all keys
        </Figure>
        <Figure
          term="Requests left this month"
          value={remaining?.requests == null ? "No quota" : formatNumber(remaining.requests)}
        >
          {tier.requestsPerMonth === null
            ? "as many as you have credits for"
            : `of ${formatNumber(tier.requestsPerMonth)}, renewed on ${date.format(renews)} (UTC)`}
        </Figure>
        <Figure term="Tier" value={tierName}>
          {tier.requestsPerMinute === null
            ? "No limit on requests a minute."
            : `${formatNumber(tier.requestsPerMinute)} requests a minute, shared by all keys.`}{" "}
          <Link href="/docs/rate-limits" className="underline underline-offset-3">
            How limits work
          </Link>
        </Figure>
      </dl>
      <Section framed title="Requests" aside={<RangeLinks path="/settings/usage" range={range} />}>
        <DayChart days={days} looks={OUTCOME_LOOKS} nouns={["request", "requests"]} />
      </Section>
      <Section
        anchor="by-key"
        title="By key"
        note={`In ${monthName(month)} (UTC), the busiest first. Credits are net of refunds.`}
        aside={<MonthLinks month={month} now={now} href={(to) => href({ month: to, keys: null }, "by-key")} />}
      >
        {keys.rows.length === 0 ? (
          <p className="text-muted">None of your keys was used in {monthName(month)}.</p>
        ) : (
          <KeyUsageTable keys={keys.rows} />
        )}
        <KeysetLinks
          label="Pages of keys"
          before={keysHref(keys.before)}
          after={keysHref(keys.after)}
          words={["Busier", "Less busy"]}
        />
      </Section>
      <Section framed title="Credits spent" note="Net of refunds.">
        <DayChart days={spent} looks={CREDIT_LOOKS} nouns={["credit", "credits"]} />
      </Section>
      <Section
        anchor="ledger"
        title="Ledger"
        note="Your credits by UTC day and key, the newest first, with the balance at the end of each day."
        aside={
          <a href="/settings/usage/export" className={buttonClass({ size: "small" })}>
            <Download aria-hidden className="size-4" />
            Export CSV
          </a>
        }
      >
        {ledger.rows.length === 0 ? (
          <p className="text-muted">No credits were charged or added yet.</p>
        ) : (
          <LedgerTable rows={ledger.rows} />
        )}
        <KeysetLinks label="Pages of the ledger" before={ledgerHref(ledger.before)} after={ledgerHref(ledger.after)} />
      </Section>
    </NowProvider>
  );
}
