import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { cache } from "react";
import { ActivityTable } from "#components/activity/activity-table.tsx";
import { activityHref } from "#components/activity/activity-url.ts";
import { KeyPage } from "#components/api-keys/detail/key-page.tsx";
import { FirstRequest } from "#components/api-keys/start/first-request.tsx";
import { PlaceholderExamples } from "#components/api-keys/start/placeholder-examples.tsx";
import { Link } from "#components/ui/link.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { Section } from "#components/ui/section.tsx";
import { Time } from "#components/ui/time.tsx";
import { DayChart } from "#components/usage/day-chart.tsx";
import { OUTCOME_LOOKS } from "#components/usage/outcome-labels.ts";
import { RangeLinks } from "#components/usage/range-links.tsx";
import { RejectionTable } from "#components/usage/rejection-table.tsx";
import { listActivity } from "#lib/activity/read.ts";
import { firstRequestOf } from "#lib/api-keys/first-request.ts";
import { findListedApiKey } from "#lib/api-keys/list.ts";
import { apiKeyId } from "#lib/api-keys/model/schema.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { apiAddress, configuredApiAddress } from "#lib/config/api-address.ts";
import { rangeQuery } from "#lib/usage/model/ranges.ts";
import { listCallers, listRejections, usageByDay } from "#lib/usage/read.ts";

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** Reads the key once for the title and the page. */
const findKey = cache(async (asked: string) => {
  const user = await requireUser();
  const id = apiKeyId.safeParse(asked);
  return id.success ? findListedApiKey(user.userId, id.data) : null;
});

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await findKey((await params).id))?.name ?? "Page not found" };
}

export default async function ApiKeyPage({ params, searchParams }: Props) {
  const user = await requireUser();
  const apiKey = await findKey((await params).id);
  if (!apiKey) notFound();
  const range = rangeQuery.parse((await searchParams).days);
  const now = new Date();
  const firstRequest = firstRequestOf(apiKey, now);
  const [days, callers, rejections, activity] = await Promise.all([
    usageByDay(user.userId, range, now, apiKey.id),
    listCallers(user.userId, apiKey.id),
    listRejections(user.userId, apiKey.id, 10),
    listActivity(user.userId, { apiKeyId: apiKey.id }, 10),
  ]);
  return (
    <KeyPage apiKey={apiKey} now={now} apiUrl={configuredApiAddress()}>
      <FirstRequest state={firstRequest} apiKeyId={apiKey.id}>
        {firstRequest === "waiting" && <PlaceholderExamples baseUrl={apiAddress((await headers()).get("host"))} />}
      </FirstRequest>
      <Section
        framed
        title="Requests"
        note="Requests per day by outcome."
        aside={<RangeLinks path={`/settings/developer/${apiKey.id}`} range={range} />}
      >
        <DayChart days={days} looks={OUTCOME_LOOKS} nouns={["request", "requests"]} />
      </Section>
      <Section title="Last callers" note="Networks and programs that used this key.">
        {callers.length === 0 ? (
          <p className="text-muted">Nobody has used this key yet.</p>
        ) : (
          <ReadingTable
            label="Callers"
            head={["Network", "Program", "Route", "Requests", "Last seen"]}
            rows={callers.map((caller) => ({
              key: `${caller.addressPrefix} ${caller.userAgent} ${caller.route}`,
              cells: [
                <span key="network" className="font-mono">
                  {caller.addressPrefix || "–"}
                </span>,
                <bdi key="program" className="break-all">
                  {caller.userAgent || "–"}
                </bdi>,
                <code key="route" className="font-mono text-xs">
                  {caller.route}
                </code>,
                formatNumber(caller.requests),
                <Time key="when" at={caller.lastSeenAt} />,
              ],
            }))}
          />
        )}
      </Section>
      <Section
        title="Recent rejections"
        note="Why requests were rejected."
        aside={
          <Link
            href="/settings/developer/refusals"
            className="text-[0.8125rem] text-accent-ink underline underline-offset-3"
          >
            Explain a rejection
          </Link>
        }
      >
        {rejections.length === 0 ? (
          <p className="text-muted">No request with this key was rejected lately.</p>
        ) : (
          <RejectionTable rejections={rejections} withKey={false} />
        )}
      </Section>
      <Section
        title="Recent activity"
        aside={
          <Link
            href={activityHref({ key: apiKey.id })}
            className="text-[0.8125rem] text-accent-ink underline underline-offset-3"
          >
            All activity of this key
          </Link>
        }
      >
        {activity.rows.length === 0 ? (
          <p className="text-muted">Nothing that happened to this key is on record.</p>
        ) : (
          <ActivityTable records={activity.rows} />
        )}
      </Section>
    </KeyPage>
  );
}
