import { Link } from "#components/ui/link.tsx";
import { RANGES, type Range, rangeName } from "#lib/usage/model/ranges.ts";

/** Chooses the time that a chart shows. Links, so that a view can be shared. */
export function RangeLinks({ path, range }: { path: string; range: Range }) {
  return (
    <nav
      aria-label="Range"
      className="flex flex-wrap gap-0.5 rounded-lg border border-line bg-surface p-0.5 text-[0.8125rem]"
    >
      {RANGES.map((days) => (
        <Link
          key={days}
          href={`${path}?days=${days}`}
          scroll={false}
          aria-current={days === range ? "true" : undefined}
          className="rounded-md px-2.5 py-1 text-muted hover:text-ink aria-[current=true]:bg-hover aria-[current=true]:font-medium aria-[current=true]:text-ink"
        >
          {rangeName(days)}
        </Link>
      ))}
    </nav>
  );
}
