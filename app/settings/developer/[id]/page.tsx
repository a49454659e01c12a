import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { cache } from "react";
import { ActivityTable } from "#components/activity/activity-table.tsx";
import { activityHref } from "#components/activity/activity-url.ts";
import { KeyPage } from "#components/api-keys/detail/key-page.tsx";
import { FirstRequest } from "#components/api-keys/start/first-request.tsx";
import { PlaceholderExamples } from "#components/api-keys/start/placeholder-examples.tsx";
import { LeakReports } from "#components/leaks/leak-reports.tsx";
import { LogsTable } from "#components/logs/logs-table.tsx";
import { logsHref } from "#components/logs/logs-url.ts";
import { Link } from "#components/ui/link.tsx";
import { Section } from "#components/ui/section.tsx";
import { CallerTable } from "#components/usage/caller-table.tsx";
import { Chart } from "#components/usage/chart/chart.tsx";
import { OUTCOME_LOOKS } from "#components/usage/outcome-labels.ts";
import { RangeLinks } from "#components/usage/range-links.tsx";
import { listActivity } from "#lib/activity/read.ts";
import { firstRequestOf } from "#lib/api-keys/first-request.ts";
import { findListedApiKey } from "#lib/api-keys/list.ts";
import { apiKeyId } from "#lib/api-keys/model/schema.ts";
import { keyStatus } from "#lib/api-keys/model/status.ts";
import { withRequestId } from "#lib/auth/current-request.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import { apiAddress, configuredApiAddress } from "#lib/config/api-address.ts";
import { env } from "#lib/config/env.ts";
import { recentScopes } from "#lib/config/scopes-file.ts";
import { creditsUsedThisMonth } from "#lib/credits/key-credits.ts";
import { listLeakReports } from "#lib/leaks/read.ts";
import { isDisabledAsUnused } from "#lib/notices/disabled-as-unused.ts";
import { listFailedRequests } from "#lib/usage/logs.ts";
import { ANY_FAILURE } from "#lib/usage/model/log-rows.ts";
import { rangeName, rangeQuery } from "#lib/usage/model/ranges.ts";
import { usageOfRange } from "#lib/usage/of-range.ts";
import { listCallers } from "#lib/usage/read.ts";

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** Reads the key once for the title and the page. */
const findKey = cache(
  withRequestId(async (asked: string) => {
    const user = await requireUser();
    const id = apiKeyId.safeParse(asked);
    return id.success ? findListedApiKey(user.userId, id.data) : null;
  }),
);

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: (await findKey((await params).id))?.name ?? "Page not found" };
}

export default withRequestId(async function ApiKeyPage({ params, searchParams }: Props) {
  const user = await requireUser();
  const apiKey = await findKey((await params).id);
  if (!apiKey) notFound();
  const { days, open } = await searchParams;
  const range = rangeQuery.parse(days);
  const now = new Date();
  const firstRequest = firstRequestOf(apiKey, now);
  const [disabledAsUnused, leaks, requests, callers, rejections, activity, creditsUsed] = await Promise.all([
    keyStatus(apiKey, now) === "disabled" && isDisabledAsUnused(user.userId, apiKey.id),
    apiKey.leakedAt ? listLeakReports(user.userId, apiKey.id) : [],
    usageOfRange(user.userId, range, apiKey.createdAt, now, apiKey.id),
    listCallers(user.userId, apiKey.id),
    listFailedRequests(user.userId, apiKey.id, 10),
    listActivity(user.userId, { apiKeyId: apiKey.id }, 10),
    creditsUsedThisMonth(user.userId, apiKey.id),
  ]);
  return (
    <KeyPage
      apiKey={apiKey}
      now={now}
      apiUrl={configuredApiAddress()}
      disabledAsUnused={disabledAsUnused}
      lifetimeDays={env().MAX_KEY_LIFETIME_DAYS ?? null}
      opensRotate={open === "rotate"}
      restrictions={{
        titles: Object.fromEntries(recentScopes().map(({ name, title }) => [name, title])),
        creditsUsed,
      }}
    >
      {leaks.length > 0 && <LeakReports reports={leaks} />}
      <FirstRequest state={firstRequest} apiKeyId={apiKey.id}>
        {firstRequest === "waiting" && <PlaceholderExamples baseUrl={apiAddress((await headers()).get("host"))} />}
      </FirstRequest>
      <Section
        framed
        title="Requests"
        note={`Requests per ${requests.unit} by outcome. New requests appear within a few seconds.`}
        aside={<RangeLinks path={`/settings/developer/${apiKey.id}`} range={range} />}
      >
        <Chart
          {...requests}
          looks={OUTCOME_LOOKS}
          nouns={["request", "requests"]}
          range={`the last ${rangeName(range)}`}
        />
      </Section>
      <Section title="Callers" note="Networks and programs that used this key, latest first.">
        {callers.length === 0 ? (
          <p className="text-muted">No requests with this key yet.</p>
        ) : (
          <CallerTable callers={callers} />
        )}
      </Section>
      <Section
        title="Recent rejections"
        note="Why requests were rejected."
        aside={
          <Link
            href={logsHref({ key: apiKey.id, reason: ANY_FAILURE })}
            className="text-[0.8125rem] text-accent-ink underline underline-offset-3"
          >
            View in Logs
          </Link>
        }
      >
        {rejections.length === 0 ? (
          <p className="text-muted">No rejected requests recently.</p>
        ) : (
          <LogsTable rows={rejections} label="Rejected requests" withKey={false} />
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
          <p className="text-muted">No activity recorded for this key.</p>
        ) : (
          <ActivityTable records={activity.rows} />
        )}
      </Section>
    </KeyPage>
  );
});
