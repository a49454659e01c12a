import type { Metadata } from "next";
import type { ReactNode } from "react";
import { Link } from "#components/ui/link.tsx";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { Section } from "#components/ui/section.tsx";
import { NowProvider, Time } from "#components/ui/time.tsx";
import { DayChart } from "#components/usage/day-chart.tsx";
import { RangeLinks } from "#components/usage/range-links.tsx";
import { findTier } from "#lib/accounts/store.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { creditsByDay, listMovements, type Movement } from "#lib/credits/ledger.ts";
import { findRemaining } from "#lib/credits/store.ts";
import { tierNamed } from "#lib/tiers-file.ts";
import { rangeQuery } from "#lib/usage/ranges.ts";
import { usageByDay, usageByKey } from "#lib/usage/read.ts";

export const metadata: Metadata = { title: "Usage" };

const number = new Intl.NumberFormat("en");
const signed = new Intl.NumberFormat("en", { signDisplay: "exceptZero" });
const date = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", timeZone: "UTC" });
const KINDS: Record<Movement["kind"], string> = {
  signup: "Came with the account",
  granted: "Granted",
  charged: "Spent",
  refunded: "Given back",
};

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function UsagePage({ searchParams }: Props) {
  const user = await requireUser();
  const range = rangeQuery.parse((await searchParams).days);
  const now = new Date();
  const tierName = await findTier(user.id);
  const tier = tierNamed(tierName);
  const [days, keys, remaining, movements, spent] = await Promise.all([
    usageByDay({ userId: user.id }, range, now),
    usageByKey(user.id, range, now, 25),
    findRemaining(user.id, tier.requestsPerMonth),
    listMovements(user.id, 25),
    creditsByDay(user.id, range, now),
  ]);
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
        <Figure term="Credits" value={number.format(remaining?.credits ?? 0)}>
          left to spend
        </Figure>
        <Figure
          term="Requests this month"
          value={remaining?.requests == null ? "No quota" : number.format(remaining.requests)}
        >
          {tier.requestsPerMonth === null
            ? "as many as you have credits for"
            : `left of ${number.format(tier.requestsPerMonth)}, renewed on ${date.format(renews)} (UTC)`}
        </Figure>
        <Figure term="Tier" value={tierName}>
          {number.format(tier.requestsPerMinute)} requests a minute, shared by all keys.{" "}
          <Link href="/docs/rate-limits" className="underline underline-offset-3">
            How limits work
          </Link>
        </Figure>
      </dl>
      <Section framed title="Requests" aside={<RangeLinks path="/settings/usage" range={range} />}>
        <DayChart days={days} />
      </Section>
      <Section title="By key" note={`The last ${range} days, the busiest first.`}>
        {keys.length === 0 ? (
          <p className="text-muted">None of your keys was used in these {range} days.</p>
        ) : (
          <ReadingTable
            label="Requests by key"
            head={["Key", "Prefix", "Requests", "OK"]}
            rows={keys.map(({ id, name, prefix, requests, ok }) => ({
              key: id,
              cells: [
                <Link
                  key="name"
                  href={`/settings/developer/${id}`}
                  className="text-accent-ink underline underline-offset-3"
                >
                  <bdi>{name}</bdi>
                </Link>,
                <code key="prefix" className="font-mono text-xs">
                  {prefix}…
                </code>,
                number.format(requests),
                number.format(ok),
              ],
            }))}
          />
        )}
      </Section>
      <Section title="Credits by day" note={`Spent in the last ${range} days (UTC), without what was given back.`}>
        {spent.length === 0 ? (
          <p className="text-muted">No credits were spent in these {range} days.</p>
        ) : (
          <ReadingTable
            label="Spent credits"
            head={["Day", "Credits"]}
            rows={spent.map(({ day, credits }) => ({ key: day, cells: [day, number.format(credits)] }))}
          />
        )}
      </Section>
      <Section title="Ledger" note="The latest movements of your credits. All of them together are your balance.">
        <ReadingTable
          label="Movements"
          head={["What", "Credits", "Key", "When"]}
          rows={movements.map(({ id, kind, amount, keyName, createdAt }) => ({
            key: id,
            cells: [
              KINDS[kind],
              <span key="amount" className="tabular-nums">
                {signed.format(amount)}
              </span>,
              <bdi key="key">{keyName ?? "–"}</bdi>,
              <Time key="when" at={createdAt} />,
            ],
          }))}
        />
      </Section>
    </NowProvider>
  );
}

function Figure({ term, value, children }: { term: string; value: string; children: ReactNode }) {
  return (
    <div className="rounded-xl border border-line bg-surface p-4">
      <dt className="text-[0.8125rem] text-muted">{term}</dt>
      <dd>
        <span className="mt-1 block font-semibold text-2xl tabular-nums tracking-tight">{value}</span>
        <span className="mt-0.5 block text-[0.8125rem] text-muted">{children}</span>
      </dd>
    </div>
  );
}
