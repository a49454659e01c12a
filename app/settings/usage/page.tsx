import { Download } from "lucide-react";
import type { Metadata } from "next";
import { buttonClass } from "#components/ui/button.tsx";
import { KeysetLinks } from "#components/ui/keyset-links.tsx";
import { Section } from "#components/ui/section.tsx";
import { NowProvider } from "#components/ui/time.tsx";
import { Chart } from "#components/usage/chart/chart.tsx";
import { KeyUsageTable } from "#components/usage/key-usage-table.tsx";
import { LedgerTable } from "#components/usage/ledger-table.tsx";
import { MonthLinks, monthName } from "#components/usage/month-links.tsx";
import { OUTCOME_LOOKS } from "#components/usage/outcome-labels.ts";
import { Quotas } from "#components/usage/quotas.tsx";
import { RangeLinks } from "#components/usage/range-links.tsx";
import { findTier } from "#lib/accounts/store.ts";
import { withRequestId } from "#lib/auth/current-request.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { tierOf } from "#lib/config/tiers-file.ts";
import { creditsByDay, creditsOfMonth, listLedger } from "#lib/credits/ledger.ts";
import { findBalance } from "#lib/credits/store.ts";
import { type From, fromText } from "#lib/paging/model/keyset-page.ts";
import { usageByKey } from "#lib/usage/by-key.ts";
import { rangeName } from "#lib/usage/model/ranges.ts";
import { usageQuery } from "#lib/usage/model/schema.ts";
import { daysSince, usageOfRange } from "#lib/usage/of-range.ts";

export const metadata: Metadata = { title: "Usage" };

const PAGE = 25;
/** Credits are counted by day, so that their chart shows at least a week. */
const CREDIT_DAYS_MIN = 7;
const CREDIT_LOOKS = { credits: { label: "Credits", fill: "fill-accent" } };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default withRequestId(async function UsagePage({ searchParams }: Props) {
  const user = await requireUser();
  const query = usageQuery.parse(await searchParams);
  const range = query.days;
  const now = new Date();
  const month = query.month ?? now.toISOString().slice(0, 7);
  const account = await findTier(user.userId);
  const tier = tierOf(user.userId, account.tier);
  const creditDays = daysSince(account.createdAt, now, Math.max(range, CREDIT_DAYS_MIN));
  const [requests, keys, balance, spentInMonth, ledger, spent] = await Promise.all([
    usageOfRange(user.userId, range, account.createdAt, now),
    usageByKey(user.userId, month, PAGE, query.keys),
    findBalance(user.userId),
    creditsOfMonth(user.userId, now),
    listLedger(user.userId, PAGE, query.ledger),
    creditsByDay(user.userId, creditDays, now),
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
  return (
    <NowProvider now={now}>
      <header className="mb-6">
        <h1 className="font-semibold text-xl tracking-tight">Usage</h1>
        <p className="mt-1 text-muted">
          Requests and credits of all your keys. New requests appear within a few seconds.
        </p>
      </header>
      <Quotas
        now={now}
        tier={{ name: account.tier, ...tier }}
        requests={balance?.requests ?? 0}
        credits={{ left: balance?.credits ?? 0, spent: spentInMonth }}
      />
      <Section
        framed
        title="Requests"
        note={`Requests per ${requests.unit} by outcome.`}
        aside={<RangeLinks path="/settings/usage" range={range} />}
      >
        <Chart
          {...requests}
          looks={OUTCOME_LOOKS}
          nouns={["request", "requests"]}
          range={`the last ${rangeName(range)}`}
        />
      </Section>
      <Section
        anchor="by-key"
        title="By key"
        note={`${monthName(month)} (UTC), busiest first. Credits are net of refunds.`}
        aside={<MonthLinks month={month} now={now} href={(to) => href({ month: to, keys: null }, "by-key")} />}
      >
        {keys.rows.length === 0 ? (
          <p className="text-muted">No requests in {monthName(month)}.</p>
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
      <Section framed title="Credits spent" note="Credits per day, net of refunds.">
        <Chart
          unit="day"
          slots={spent.map(({ day, credits }) => ({ at: new Date(day), credits }))}
          looks={CREDIT_LOOKS}
          nouns={["credit", "credits"]}
          range={`the last ${Math.max(range, CREDIT_DAYS_MIN)} days`}
        />
      </Section>
      <Section
        anchor="ledger"
        title="Credit history"
        note="Credits by day and key, newest first, with the balance at the end of each UTC day."
        aside={
          <a href="/settings/usage/export" className={buttonClass({ size: "small" })}>
            <Download aria-hidden className="size-4" />
            Export CSV
          </a>
        }
      >
        {ledger.rows.length === 0 ? (
          <p className="text-muted">No credits have been charged or added yet.</p>
        ) : (
          <LedgerTable rows={ledger.rows} />
        )}
        <KeysetLinks label="Pages of the ledger" before={ledgerHref(ledger.before)} after={ledgerHref(ledger.after)} />
      </Section>
    </NowProvider>
  );
});
