import { ArrowDown, ArrowUp } from "lucide-react";
import { ViewLink } from "#components/api-keys/list/view-navigation.tsx";
import { firstDirection, type ListQuery, SORT_COLUMNS } from "#lib/api-keys/model/list-view.ts";

type Props = { id: string; query: ListQuery; children: React.ReactNode };

/** Shows a column's title, as a link that sorts by the column if the query supports it. */
export function KeyTableHeader({ id, query, children }: Props) {
  const sort = SORT_COLUMNS.find((name) => name === id);
  if (!sort) {
    return (
      <th scope="col" className={`key-head key-${id}`}>
        <span className={id === "actions" ? "sr-only" : ""}>{children}</span>
      </th>
    );
  }
  const sorted = query.sort === id && query.direction;
  const Arrow = sorted === "asc" ? ArrowUp : ArrowDown;
  // A second press reverses the order.
  const direction = sorted ? (sorted === "asc" ? "desc" : "asc") : firstDirection(sort);
  return (
    <th
      scope="col"
      aria-sort={sorted ? (sorted === "asc" ? "ascending" : "descending") : "none"}
      className={`key-head key-${id}`}
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
