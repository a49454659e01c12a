import { type ReactNode, useId } from "react";

type Props = {
  title: string;
  /** The section's id, for links to it. */
  anchor?: string;
  note?: ReactNode;
  aside?: ReactNode;
  framed?: boolean;
  children: ReactNode;
};

export function Section({ title, anchor, note, aside, framed = false, children }: Props) {
  const id = useId();
  return (
    <section id={anchor} aria-labelledby={id} className="mt-10">
      <div className="mb-3 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 id={id} className="font-semibold">
            {title}
          </h2>
          {note && <p className="mt-0.5 text-[0.8125rem] text-muted">{note}</p>}
        </div>
        {aside}
      </div>
      {framed ? <div className="rounded-xl border border-line bg-surface">{children}</div> : children}
    </section>
  );
}
