import { KeyLink } from "#components/api-keys/detail/key-link.tsx";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { Time } from "#components/ui/time.tsx";
import { rejectionWords } from "#components/usage/rejection-words.ts";
import type { Rejection } from "#lib/usage/read.ts";

/** Lists rejected requests, each with its cause and the id that its caller has. */
export function RejectionTable({ rejections, withKey }: { rejections: Rejection[]; withKey: boolean }) {
  return (
    <ReadingTable
      label="Rejected requests"
      head={["When", "Why", ...(withKey ? ["Key"] : []), "From", "Request id"]}
      rows={rejections.map((rejection) => ({
        key: rejection.requestId,
        cells: [
          <Time key="when" at={rejection.createdAt} />,
          rejectionWords(rejection),
          ...(withKey ? [<KeyLink key="key" id={rejection.apiKeyId} name={rejection.keyName} />] : []),
          <span key="from" className="break-words">
            <span className="font-mono">{rejection.addressPrefix}</span> {rejection.userAgent}
          </span>,
          <code key="id" className="font-mono text-xs">
            {rejection.requestId}
          </code>,
        ],
      }))}
    />
  );
}
