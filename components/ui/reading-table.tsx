import type { ReactNode } from "react";

/** A table to look things up in; on a narrow screen it scrolls by itself. */
export function ReadingTable({
  label,
  head,
  rows,
}: {
  label: string;
  head: string[];
  rows: { key: string; cells: ReactNode[] }[];
}) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="overflow-x-auto rounded-xl border border-line bg-surface"
    >
      <table className="w-full text-left text-sm">
        <thead>
          <tr className="border-line border-b text-[0.8125rem] text-muted">
            {head.map((title) => (
              <th key={title} scope="col" className="h-10 px-4 font-medium">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells: [first, ...rest] }) => (
            <tr key={key} className="border-line border-b align-top last:border-0">
              <th scope="row" className="whitespace-nowrap px-4 py-3 font-medium">
                {first}
              </th>
              {rest.map((cell, i) => (
                <td key={head[i + 1]} className="px-4 py-3">
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
