import { ArrowDown, ArrowUp } from "lucide-react";
import { useViewNavigation, ViewLink } from "#components/api-keys/list/view-navigation.tsx";
import { viewHref } from "#components/api-keys/list/view-url.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { Select } from "#components/ui/select.tsx";
import { firstDirection, type ListQuery, SORT_COLUMNS } from "#lib/api-keys/model/list-view.ts";

const WORDS: Record<ListQuery["sort"], string> = {
  name: "Name",
  key: "Key",
  created: "Created",
  lastUsed: "Last used",
  expires: "Expires",
  status: "Status",
};

/** Sorts the list where not every column has its header. Part of the form of the filters. */
export function SortControl({ query }: { query: ListQuery }) {
  const { go } = useViewNavigation();
  const { sort, direction } = query;
  const Arrow = direction === "asc" ? ArrowUp : ArrowDown;
  return (
    <span className="flex flex-auto gap-1 sm:flex-none lg:hidden">
      <Select
        key={sort}
        name="sort"
        aria-label="Sort by"
        defaultValue={sort}
        onChange={(event) => {
          const chosen = SORT_COLUMNS.find((name) => name === event.target.value) ?? sort;
          go(viewHref(query, { sort: chosen, direction: firstDirection(chosen) }));
        }}
        className="flex-auto"
      >
        {SORT_COLUMNS.map((name) => (
          <option key={name} value={name}>
            {WORDS[name]}
          </option>
        ))}
      </Select>
      <input type="hidden" name="direction" value={direction} />
      <ViewLink
        query={query}
        change={{ direction: direction === "asc" ? "desc" : "asc" }}
        aria-label={direction === "asc" ? "Sort descending" : "Sort ascending"}
        className={buttonClass({ size: "icon" }, "size-9")}
      >
        <Arrow aria-hidden className="size-4" />
      </ViewLink>
    </span>
  );
}
