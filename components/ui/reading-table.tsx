import type { ReactNode } from "react";

type Row = { key: string; cells: ReactNode[] };
type Group = { key: string; title?: ReactNode; rows: Row[] };
type Props = { label: string; head: string[] } & ({ rows: Row[] } | { groups: Group[] });

/**
 * A table for reading. On a phone each row is a list item, and each cell has its column's title
 * before it, or above it where text is large. A cell with a `data-none` element is left out there.
 */
export function ReadingTable({ label, head, ...content }: Props) {
  const groups = "groups" in content ? content.groups : [{ key: "all", rows: content.rows }];
  const hasLongLabels = head.slice(1).some(({ length }) => length > 14);
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className={`@container overflow-x-auto rounded-xl border border-line bg-surface ${hasLongLabels ? "[--label:10rem]" : "[--label:6rem]"}`}
    >
      <table className="block w-full text-left text-sm sm:table">
        <thead className="max-sm:sr-only">
          <tr className="border-line border-b text-[0.8125rem] text-muted">
            {head.map((title) => (
              <th key={title} scope="col" className="h-10 px-4 font-medium">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map(({ key: group, title, rows }: Group) => (
          <tbody key={group} className="group block border-line border-b last:border-0 sm:table-row-group">
            {title && (
              <tr className="block bg-sunken sm:table-row">
                <th scope="rowgroup" colSpan={head.length} className="block px-4 py-2 font-medium sm:table-cell">
                  {title}
                </th>
              </tr>
            )}
            {rows.map(({ key, cells: [first, ...rest] }) => (
              <tr key={key} className="block border-line border-b px-4 py-3 align-top last:border-0 sm:table-row">
                <th
                  scope="row"
                  className="block break-words font-medium sm:table-cell sm:whitespace-nowrap sm:px-4 sm:py-3"
                >
                  {first}
                </th>
                {rest.map((cell, i) => (
                  <td
                    key={head[i + 1]}
                    data-label={rest.length > 1 ? head[i + 1] : undefined}
                    className="mt-1 block min-w-0 gap-x-3 max-sm:data-label:grid max-sm:data-label:grid-cols-[var(--label)_minmax(0,1fr)] max-sm:data-label:before:text-muted max-sm:data-label:before:content-[attr(data-label)] max-sm:has-data-none:hidden! @max-[14rem]:data-label:block @max-[14rem]:before:block sm:table-cell sm:px-4 sm:py-3"
                  >
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </section>
  );
}
