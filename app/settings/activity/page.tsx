import { Download } from "lucide-react";
import type { Metadata } from "next";
import { ActivityFilters } from "#components/activity/activity-filters.tsx";
import { ActivityTable } from "#components/activity/activity-table.tsx";
import { activityHref } from "#components/activity/activity-url.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { KeysetLinks } from "#components/ui/keyset-links.tsx";
import { NowProvider } from "#components/ui/time.tsx";
import { activityQuery } from "#lib/activity/model/schema.ts";
import { listActivity } from "#lib/activity/read.ts";
import { findListedApiKey } from "#lib/api-keys/list.ts";
import { withRequestId } from "#lib/auth/current-request.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import type { From } from "#lib/paging/model/keyset-page.ts";

export const metadata: Metadata = { title: "Activity" };

const PAGE = 50;

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default withRequestId(async function ActivityPage({ searchParams }: Props) {
  const user = await requireUser();
  const query = activityQuery.parse(await searchParams);
  const [page, key] = await Promise.all([
    listActivity(user.userId, { ...query, apiKeyId: query.key }, PAGE, query.page),
    query.key && findListedApiKey(user.userId, query.key),
  ]);
  const hrefOf = (from: From) => from && activityHref({ ...query, page: from });
  return (
    <NowProvider now={new Date()}>
      <header className="mb-6 flex flex-wrap items-start justify-between gap-4">
        <div>
          <h1 className="font-semibold text-xl tracking-tight">Activity</h1>
          <p className="mt-1 text-muted">Audit log of changes to your keys and account.</p>
        </div>
        <a href={activityHref({ ...query, page: null }, "/settings/activity/export")} className={buttonClass({})}>
          <Download aria-hidden className="size-4" />
          Export CSV
        </a>
      </header>
      <ActivityFilters query={query} keyName={key ? key.name : null} />
      {page.rows.length === 0 ? (
        <p className="text-muted">No activity matches these filters.</p>
      ) : (
        <ActivityTable records={page.rows} />
      )}
      <KeysetLinks before={hrefOf(page.before)} after={hrefOf(page.after)} />
    </NowProvider>
  );
});
