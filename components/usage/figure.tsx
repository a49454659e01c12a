import type { ReactNode } from "react";

/** Shows one figure with its name, inside a `dl`. */
export function Figure({ term, value, children }: { term: string; value: string; children?: ReactNode }) {
  return (
    <div className="rounded-xl border border-line bg-surface p-4">
      <dt className="text-[0.8125rem] text-muted">{term}</dt>
      <dd>
        <span className="mt-1 block font-semibold text-2xl tabular-nums tracking-tight">{value}</span>
        {children && <span className="mt-0.5 block text-[0.8125rem] text-muted">{children}</span>}
      </dd>
    </div>
  );
}
