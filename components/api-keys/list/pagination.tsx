import { ChevronLeft, ChevronRight } from "lucide-react";
import { useListRef } from "#components/api-keys/list/list-ref.ts";
import { ViewLink } from "#components/api-keys/list/view-navigation.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { type ListQuery, PAGE_SIZE } from "#lib/api-keys/model/list-view.ts";

type Props = {
  page: number;
  /** Rows of the list, without the old keys under their successors. */
  topRows: number;
  oldKeys: number;
  query: ListQuery;
};

export function Pagination({ page, topRows, oldKeys, query }: Props) {
  const pages = Math.max(1, Math.ceil(topRows / PAGE_SIZE));
  const first = (page - 1) * PAGE_SIZE + 1;
  return (
    <nav
      aria-label="Pages"
      className="flex items-center justify-between gap-4 border-line border-t px-4 py-2.5 text-[0.8125rem] text-muted"
    >
      <p role="status">
        {topRows === 1
          ? "1 key"
          : `${formatNumber(first)}–${formatNumber(Math.min(topRows, page * PAGE_SIZE))} of ${formatNumber(topRows)} keys`}
        {oldKeys > 0 && ` and ${formatNumber(oldKeys)} old ${oldKeys === 1 ? "key" : "keys"}`}
      </p>
      {pages > 1 && (
        <div className="flex items-center gap-1">
          <Step query={query} page={page - 1} possible={page > 1} label="Previous page">
            <ChevronLeft aria-hidden className="size-4" />
          </Step>
          <span className="px-1 tabular-nums">
            Page {formatNumber(page)} of {formatNumber(pages)}
          </span>
          <Step query={query} page={page + 1} possible={page < pages} label="Next page">
            <ChevronRight aria-hidden className="size-4" />
          </Step>
        </div>
      )}
    </nav>
  );
}

type StepProps = { query: ListQuery; page: number; possible: boolean; label: string; children: React.ReactNode };

function Step({ query, page, possible, label, children }: StepProps) {
  const list = useListRef();
  const className = buttonClass({ variant: "quiet", size: "icon" });
  if (!possible) return <span className={`${className} opacity-40`}>{children}</span>;
  /**
   * The user reads the next page from its heading. The list takes the focus, because the pressed
   * link may be gone there.
   */
  function showFromTop() {
    list.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }
  return (
    <ViewLink query={query} change={{ page }} onFollow={showFromTop} aria-label={label} className={className}>
      {children}
    </ViewLink>
  );
}
