import { ChevronRight, ShieldCheck, ShieldQuestion } from "lucide-react";
import { Link } from "#components/ui/link.tsx";
import type { Finding, FindingKind } from "#lib/api-keys/hygiene.ts";

/** What it is, and the one thing to do about it. */
const WORDS: Record<FindingKind, { one: string; many: string; advice: string }> = {
  expiring: { one: "key expires within 7 days", many: "keys expire within 7 days", advice: "Rotate or let it end" },
  never_used: {
    one: "key was never used in 30 days",
    many: "keys were never used in 30 days",
    advice: "Revoke what nobody needs",
  },
  idle: {
    one: "key has not been used for 90 days",
    many: "keys have not been used for 90 days",
    advice: "Revoke what nobody needs",
  },
  many_networks: {
    one: "key is used from many networks",
    many: "keys are used from many networks",
    advice: "Look at the callers",
  },
  old: { one: "key is older than a year", many: "keys are older than a year", advice: "Rotate" },
  no_expiry: {
    one: "key of three months or more never expires",
    many: "keys of three months or more never expire",
    advice: "Rotate from time to time",
  },
};

/** Quiet until it has something to say. */
export function KeyHygiene({ findings }: { findings: Finding[] }) {
  if (findings.length === 0)
    return (
      <p className="flex items-center gap-2 text-[0.8125rem] text-muted">
        <ShieldCheck aria-hidden className="size-4 text-success-ink" /> Key hygiene: all good
      </p>
    );
  return (
    <details className="group rounded-xl border border-line bg-surface">
      <summary className="flex list-none items-center gap-2 rounded-xl px-4 py-2.5 text-[0.8125rem] [&::-webkit-details-marker]:hidden">
        <ShieldQuestion aria-hidden className="size-4 text-warning-ink" />
        <span>
          Key hygiene: {findings.length} {findings.length === 1 ? "suggestion" : "suggestions"}
        </span>
        <ChevronRight aria-hidden className="ml-auto size-4 text-muted transition-transform group-open:rotate-90" />
      </summary>
      <ul className="divide-y divide-line border-line border-t text-[0.8125rem]">
        {findings.map(({ kind, keys, examples }) => (
          <li key={kind} className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-4 py-2.5">
            <span>
              <span className="font-medium">
                {keys} {keys === 1 ? WORDS[kind].one : WORDS[kind].many}
              </span>{" "}
              <span className="text-muted">{WORDS[kind].advice}.</span>
            </span>
            <span className="flex min-w-0 flex-wrap gap-x-3">
              {examples.map(({ id, name }) => (
                <Link
                  key={id}
                  href={`/settings/developer/${id}`}
                  className="max-w-48 truncate rounded text-accent-ink underline underline-offset-3"
                >
                  <bdi>{name}</bdi>
                </Link>
              ))}
              {keys > examples.length && <span className="text-muted">and {keys - examples.length} more</span>}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
