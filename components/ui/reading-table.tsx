import type { ReactNode } from "react";

type Row = { key: string; cells: ReactNode[] };
type Group = { key: string; title?: ReactNode; rows: Row[] };
type Props = { label: string; head: string[] } & ({ rows: Row[] } | { groups: Group[] });

/**
 * A table for reading. On a phone each row is a list item, and each cell has its column's title
 * before it, or above it where text is large. A cell with a `data-none` element is left out there.
 * `reading-table.css` has its looks.
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
      <table className="reading-table">
        <thead>
          <tr>
            {head.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map(({ key: group, title, rows }: Group) => (
          <tbody key={group}>
            {title && (
              <tr className="reading-group">
                <th scope="rowgroup" colSpan={head.length}>
                  {title}
                </th>
              </tr>
            )}
            {rows.map(({ key, cells: [first, ...rest] }) => (
              <tr key={key}>
                <th scope="row">{first}</th>
                {rest.map((cell, i) => (
                  <td key={head[i + 1]} data-label={rest.length > 1 ? head[i + 1] : undefined}>
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
