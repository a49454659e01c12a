import { ArrowDown, ArrowUp } from "lucide-react";
import { ViewLink } from "#components/api-keys/list/view-navigation.tsx";
import { type ListQuery, SORT_COLUMNS } from "#lib/api-keys/model/list-view.ts";

type Props = { id: string; query: ListQuery; sorted: false | "asc" | "desc"; children: React.ReactNode };

/** Shows a column's title, as a link that sorts by the column if the query supports it. */
export function KeyTableHeader({ id, query, sorted, children }: Props) {
  const sort = SORT_COLUMNS.find((name) => name === id);
  if (!sort) {
    return (
      <th
        scope="col"
        className="font-normal max-lg:not-first:hidden max-lg:first:block max-lg:first:px-4 max-lg:first:py-2.5 lg:h-10 lg:px-3 lg:first:pr-0 lg:first:pl-4"
      >
        <span className={id === "actions" ? "sr-only" : "flex"}>{children}</span>
      </th>
    );
  }
  const Arrow = sorted === "asc" ? ArrowUp : ArrowDown;
  // A second press reverses the order. Times start with the latest, texts with A.
  const first = sort === "name" || sort === "key" || sort === "status" ? "asc" : "desc";
  const direction = sorted ? (sorted === "asc" ? "desc" : "asc") : first;
  return (
    <th
      scope="col"
      aria-sort={sorted ? (sorted === "asc" ? "ascending" : "descending") : "none"}
      className="h-10 px-3 font-medium max-lg:hidden"
    >
      <ViewLink
        query={query}
        change={{ sort, direction }}
        className="group/sort inline-flex items-center gap-1 rounded hover:text-ink"
      >
        {children}
        <Arrow aria-hidden className={`size-3.5 ${sorted ? "" : "opacity-0 group-hover/sort:opacity-50"}`} />
      </ViewLink>
    </th>
  );
}
