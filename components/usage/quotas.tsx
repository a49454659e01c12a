import { Link } from "#components/ui/link.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { Figure } from "#components/usage/figure.tsx";
import { Quota } from "#components/usage/quota.tsx";

const format = new Intl.DateTimeFormat("en", { day: "numeric", month: "long", timeZone: "UTC" });
const monthFormat = new Intl.DateTimeFormat("en", { month: "long", timeZone: "UTC" });

type Props = {
  now: Date;
  tier: { name: string; requestsPerMinute: number | null; requestsPerMonth: number | null };
  /** Billable requests of this month. */
  requests: number;
  /** Credits left, and those spent this month, net of refunds. */
  credits: { left: number; spent: number };
};

/** Shows what an account has used of its tier this month. */
export function Quotas({ now, tier, requests, credits }: Props) {
  const month = monthFormat.format(now);
  const renewal = `${format.format(new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)))} (UTC)`;
  const quota = tier.requestsPerMonth;
  return (
    <dl className="grid gap-3 sm:grid-cols-3">
      <Quota term="Billable requests" used={requests} limit={quota}>
        {quota === null
          ? `Requests that cost credits, in ${month} (UTC), without refunded ones. No monthly quota.`
          : requests < quota
            ? `Requests that cost credits, without refunded ones. Renews on ${renewal}.`
            : `Quota reached. Requests that cost credits are rejected until ${renewal}.`}
      </Quota>
      <Quota term="Credits" used={credits.spent} limit={credits.spent + credits.left}>
        {credits.left > 0
          ? `${formatNumber(credits.left)} left, shared by all keys. Spending in ${month} (UTC), net of refunds.`
          : "No credits left. Requests that cost credits are rejected until credits are added."}
      </Quota>
      <Figure term="Tier" value={tier.name}>
        {tier.requestsPerMinute === null
          ? "No limit on requests per minute."
          : `${formatNumber(tier.requestsPerMinute)} requests per minute, shared by all keys.`}{" "}
        <Link href="/docs/rate-limits" className="underline underline-offset-3">
          How limits work
        </Link>
      </Figure>
    </dl>
  );
}
