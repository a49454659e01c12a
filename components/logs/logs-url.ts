import { fromText } from "#lib/paging/model/keyset-page.ts";
import type { LogsQuery } from "#lib/usage/model/logs-query.ts";

const LOGS = "/settings/logs";

/** Builds the URL of Logs. A changed filter starts at the latest request. */
export function logsHref({ page, ...filter }: LogsQuery & { request?: string }): string {
  const parameters = parametersOf({ ...filter, page: fromText(page ?? null) });
  return parameters.size > 0 ? `${LOGS}?${parameters}` : LOGS;
}

/** Builds the URL that answers with the requests since a time. */
export function newerLogsHref(filter: LogsQuery, since: Date): string {
  return `${LOGS}/newer?${parametersOf({ ...filter, page: null, since: since.toISOString() })}`;
}

function parametersOf(values: Record<string, string | null | undefined | object>): URLSearchParams {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (typeof value === "string" && value) parameters.set(name, value);
  return parameters;
}
