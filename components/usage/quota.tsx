import type { ReactNode } from "react";
import { formatNumber } from "#components/ui/number.ts";

/** The part of a limit from which its bar warns. */
const NEARLY = 0.8;

type Props = {
  term: string;
  used: number;
  /** Null for no limit. */
  limit: number | null;
  /** What counts, and when it renews. */
  children: ReactNode;
};

/** Shows how much of a limit is used, with a bar, inside a `dl`. */
export function Quota({ term, used, limit, children }: Props) {
  const part = limit === null ? 0 : used / limit;
  const color =
    used >= (limit ?? Number.POSITIVE_INFINITY)
      ? "[--bar:var(--color-danger)]"
      : part >= NEARLY
        ? "[--bar:var(--color-warning)]"
        : "[--bar:var(--color-accent)]";
  return (
    <div className="rounded-xl border border-line bg-surface p-4">
      <dt className="text-[0.8125rem] text-muted">{term}</dt>
      <dd>
        <span className="mt-1 block tabular-nums">
          <span className="font-semibold text-2xl tracking-tight">{formatNumber(used)}</span>{" "}
          <span className="text-muted">{limit === null ? "used" : `of ${formatNumber(limit)} used`}</span>
        </span>
        {limit !== null && (
          <progress
            aria-label={`${term} used`}
            value={Math.min(used, limit)}
            max={Math.max(limit, 1)}
            className={`mt-2 block h-1.5 w-full appearance-none overflow-hidden rounded-full bg-line forced-colors:h-2.5 forced-colors:border forced-colors:[--bar:Highlight] [&::-moz-progress-bar]:bg-(--bar) [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-(--bar) ${color}`}
          />
        )}
        <span className="mt-2 block text-[0.8125rem] text-muted">{children}</span>
      </dd>
    </div>
  );
}
