import { Fragment } from "react";
import { formatNumber } from "#components/ui/number.ts";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { Time } from "#components/ui/time.tsx";
import { programName } from "#lib/usage/model/program-name.ts";
import type { CallerOfKey } from "#lib/usage/read.ts";

export function CallerTable({ callers }: { callers: CallerOfKey[] }) {
  return (
    <ReadingTable
      label="Latest callers"
      head={["Network", "Program", "Route", "Requests", "Last seen"]}
      rows={callers.map(({ addressPrefix, userAgent, route, requests, lastSeenAt }) => ({
        key: `${addressPrefix} ${userAgent} ${route}`,
        cells: [
          <span key="network" className="font-mono">
            {addressPrefix || "Unknown"}
          </span>,
          <bdi key="program" title={userAgent} className="wrap-anywhere">
            {programName(userAgent, route)}
          </bdi>,
          <code key="route" className="font-mono text-xs wrap-anywhere">
            {route.split(/(?<=\/)/).map((part, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a part of one path
              <Fragment key={i}>
                {part}
                <wbr />
              </Fragment>
            ))}
          </code>,
          formatNumber(requests),
          <Time key="when" at={lastSeenAt} />,
        ],
      }))}
    />
  );
}
