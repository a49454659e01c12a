import { ViewLink } from "#components/api-keys/list/view-navigation.tsx";
import { isFiltered } from "#components/api-keys/list/view-url.ts";
import { type ListQuery, UNFILTERED, type View } from "#lib/api-keys/model/list-view.ts";

const FILTERS: { words: string; view: Partial<View> }[] = [
  { words: "Active", view: { status: "active" } },
  { words: "Expiring", view: { finding: "expiring" } },
  { words: "Never used", view: { use: "never" } },
  { words: "Old keys in use", view: { use: "old_key" } },
  { words: "Restricted", view: { restricted: "yes" } },
  { words: "Not restricted", view: { restricted: "no" } },
];

const LINK =
  "rounded-full border border-line px-2.5 py-0.5 text-[0.8125rem] text-muted transition-colors hover:bg-hover hover:text-ink aria-[current]:border-accent aria-[current]:bg-accent-soft aria-[current]:text-accent-ink";

/** Links to the views that users ask for most. A second press takes the filter away. */
export function QuickFilters({ query }: { query: ListQuery }) {
  return (
    <nav aria-label="Quick filters" className="mt-2.5 flex flex-wrap items-center gap-1.5">
      {FILTERS.map(({ words, view }) => {
        const names = Object.keys(view) as (keyof View)[];
        const current = names.every((name) => query[name] === view[name]);
        const change = current ? UNFILTERED : { ...UNFILTERED, ...view };
        return (
          <ViewLink key={words} query={query} change={change} current={current} className={LINK}>
            {words}
          </ViewLink>
        );
      })}
      {/* At the end, so that nothing moves when it appears. */}
      {isFiltered(query) && (
        <ViewLink
          query={query}
          change={UNFILTERED}
          className="rounded px-1.5 text-[0.8125rem] text-accent-ink underline underline-offset-3"
        >
          Clear
        </ViewLink>
      )}
    </nav>
  );
}
