import { KeyLink } from "#components/api-keys/detail/key-link.tsx";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { Time } from "#components/ui/time.tsx";
import { refusalWords } from "#components/usage/refusal-words.ts";
import type { Rejection } from "#lib/usage/read.ts";

/** Refused requests, each with its cause and the id that its caller has. */
export function RefusalTable({ refusals, withKey }: { refusals: Rejection[]; withKey: boolean }) {
  return (
    <ReadingTable
      label="Refused requests"
      head={["When", "Why", ...(withKey ? ["Key"] : []), "From", "Request id"]}
      rows={refusals.map((refusal) => ({
        key: refusal.requestId,
        cells: [
          <Time key="when" at={refusal.createdAt} />,
          refusalWords(refusal),
          ...(withKey ? [<KeyLink key="key" id={refusal.apiKeyId} name={refusal.keyName} />] : []),
          <span key="from" className="break-words">
            <span className="font-mono">{refusal.addressPrefix}</span> {refusal.userAgent}
          </span>,
          <code key="id" className="font-mono text-xs">
            {refusal.requestId}
          </code>,
        ],
      }))}
    />
  );
}
