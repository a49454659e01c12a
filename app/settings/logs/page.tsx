import type { Metadata } from "next";
import { LiveLogs } from "#components/logs/live-logs.tsx";
import { LogsFilters } from "#components/logs/logs-filters.tsx";
import { LogsTable } from "#components/logs/logs-table.tsx";
import { logsHref } from "#components/logs/logs-url.ts";
import { RequestLookUp } from "#components/logs/request-look-up.tsx";
import { KeysetLinks } from "#components/ui/keyset-links.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { Section } from "#components/ui/section.tsx";
import { withRequestId } from "#lib/auth/current-request.ts";
import { requireUser } from "#lib/auth/require-user.ts";
import type { From } from "#lib/paging/model/keyset-page.ts";
import { findLoggedRequest, findLogsChoices, listLogs } from "#lib/usage/logs.ts";
import { logsQuery } from "#lib/usage/model/logs-query.ts";
import { requestIdIn } from "#lib/usage/model/schema.ts";

export const metadata: Metadata = { title: "Logs" };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Shows why requests failed, which callers aren't told, beside a sample of successful ones. */
export default withRequestId(async function LogsPage({ searchParams }: Props) {
  const user = await requireUser();
  const now = new Date();
  const { page: from, request: asked, ...filter } = logsQuery.parse(await searchParams);
  const id = requestIdIn(asked);
  const [found, page, choices] = await Promise.all([
    id ? findLoggedRequest(user.userId, id) : null,
    listLogs(user.userId, filter, from),
    findLogsChoices(user.userId),
  ]);
  const hrefOf = (place: From) => place && logsHref({ ...filter, page: place });
  const isFiltered = Object.values(filter).some(Boolean);
  const empty = (
    <p className="rounded-xl border border-line bg-surface px-4 py-12 text-center text-muted">
      {isFiltered
        ? "No requests match these filters."
        : "No requests yet. They appear here a few seconds after a program uses one of your keys."}
    </p>
  );
  return (
    <>
      <header className="mb-6">
        <h1 className="font-semibold text-xl tracking-tight">Logs</h1>
        <p className="mt-1 max-w-2xl text-muted">
          Failed requests with your keys and why, and one successful request a key and minute. The latest 1,000 of each
          are kept for 30 days.
        </p>
      </header>
      <RequestLookUp asked={id ?? ""}>
        {asked && !id && (
          <Notice tone="warning">This is not a request ID. It looks like 0a2f6c1e-7d35-4b0e-9a51-3c5d8e2f4b60.</Notice>
        )}
        {id && !found && (
          <Notice>
            No request in your logs matches. It was not made with one of your keys, is not in the sample of successful
            requests, or is no longer kept.
          </Notice>
        )}
      </RequestLookUp>
      {found && (
        <Section title="Request">
          <LogsTable rows={[found]} label="Found request" />
        </Section>
      )}
      <Section title="Recent requests">
        <LogsFilters filter={filter} choices={choices} />
        {page.before ? (
          <>
            <LogsTable rows={page.rows} />
            <KeysetLinks before={hrefOf(page.before)} after={hrefOf(page.after)} />
          </>
        ) : (
          <LiveLogs
            key={logsHref(filter)}
            initial={page.rows}
            hasOlder={page.after !== null}
            filter={filter}
            now={now}
            empty={empty}
          />
        )}
      </Section>
    </>
  );
});
