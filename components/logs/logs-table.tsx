"use client";

import { KeyLink } from "#components/api-keys/detail/key-link.tsx";
import { endWords, exactSecond, nextStep, reasonWords, statusTone } from "#components/logs/reason-words.ts";
import { RequestId } from "#components/logs/request-id.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Link } from "#components/ui/link.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { groupRuns, type LoggedRequest, type LogRun } from "#lib/usage/model/log-rows.ts";
import { programName } from "#lib/usage/model/program-name.ts";

type Props = { rows: LoggedRequest[]; label?: string; withKey?: boolean };

/**
 * Lists requests with their result, caller and id. Runs of the same are one row. A client component,
 * so that the page carries the requests once more as data and not as elements.
 */
export function LogsTable({ rows, label = "Requests", withKey = true }: Props) {
  return (
    <ReadingTable
      label={label}
      head={["Time (UTC)", "Result", ...(withKey ? ["Key"] : []), "Request", "Request ID"]}
      rows={groupRuns(rows).map((run) => ({
        // A live run grows at its start.
        key: (run.at(-1) as LoggedRequest).requestId,
        cells: [
          <When key="when" run={run} />,
          <Result key="result" request={run[0]} />,
          ...(withKey ? [<KeyLink key="key" id={run[0].apiKeyId} name={run[0].keyName} />] : []),
          <Origin key="origin" request={run[0]} />,
          <Ids key="ids" run={run} />,
        ],
      }))}
    />
  );
}

function When({ run }: { run: LogRun }) {
  const first = run.at(-1) as LoggedRequest;
  return (
    <span className="font-normal tabular-nums">
      <Second at={run[0].createdAt} />
      {run.length > 1 && (
        <span className="block text-muted text-xs sm:max-w-36 sm:whitespace-normal">
          {formatNumber(run.length)} requests since <Second at={first.createdAt} />
        </span>
      )}
    </span>
  );
}

/** Shows a time in UTC. Its tooltip has the reader's own zone. */
function Second({ at }: { at: Date }) {
  return (
    <time dateTime={at.toISOString()} data-relative>
      {exactSecond(at)}
    </time>
  );
}

function Result({ request }: { request: LoggedRequest }) {
  const step = nextStep(request);
  const ended = endWords(request);
  return (
    <span className="flex flex-col items-start gap-0.5">
      <span className="flex items-baseline gap-2">
        <Badge tone={statusTone(request.status)}>{request.status}</Badge>
        <span className="font-medium">{reasonWords(request.reason)}</span>
      </span>
      {ended && <span className="text-muted text-xs">{ended}</span>}
      {step && (
        <Link href={step.href} className="text-[0.8125rem] text-accent-ink underline underline-offset-3">
          {step.words}
        </Link>
      )}
    </span>
  );
}

function Origin({ request: { route, addressPrefix, userAgent } }: { request: LoggedRequest }) {
  return (
    <span className="block min-w-0">
      <code className="wrap-anywhere block font-mono text-xs">{route}</code>
      <span className="mt-0.5 block text-muted text-xs">
        <span className="font-mono">{addressPrefix || "–"}</span>{" "}
        <bdi title={userAgent} className="wrap-anywhere">
          {userAgent ? programName(userAgent, route) : "–"}
        </bdi>
      </span>
    </span>
  );
}

function Ids({ run }: { run: LogRun }) {
  if (run.length === 1) return <RequestId id={run[0].requestId} />;
  return (
    <details>
      <summary className="cursor-pointer whitespace-nowrap rounded text-[0.8125rem]">
        {formatNumber(run.length)} request IDs
      </summary>
      <ul className="mt-2 flex max-h-80 flex-col gap-2 overflow-y-auto">
        {run.map(({ requestId, createdAt }) => (
          <li key={requestId}>
            <span className="block text-muted text-xs tabular-nums">
              <Second at={createdAt} />
            </span>
            <RequestId id={requestId} />
          </li>
        ))}
      </ul>
    </details>
  );
}
