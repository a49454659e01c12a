import { Link } from "#components/ui/link.tsx";
import { ReadingTable } from "#components/ui/reading-table.tsx";
import { Time } from "#components/ui/time.tsx";
import { refusalWords } from "#components/usage/refusal-words.ts";
import type { Refusal } from "#lib/usage/read.ts";

/** Refused requests, each with its cause and the id that its caller has. */
export function RefusalTable({ refusals, withKey }: { refusals: Refusal[]; withKey: boolean }) {
  return (
    <ReadingTable
      label="Refused requests"
      head={["When", "Why", ...(withKey ? ["Key"] : []), "From", "Request id"]}
      rows={refusals.map((refusal) => ({
        key: refusal.requestId,
        cells: [
          <Time key="when" at={refusal.createdAt} />,
          refusalWords(refusal),
          ...(withKey
            ? [
                <Link
                  key="key"
                  href={`/settings/developer/${refusal.apiKeyId}`}
                  className="text-accent-ink underline underline-offset-3"
                >
                  <bdi>{refusal.keyName}</bdi>
                </Link>,
              ]
            : []),
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
