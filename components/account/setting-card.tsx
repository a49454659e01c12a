import { type ReactNode, useId } from "react";

type Props = { title: string; note: ReactNode; children: ReactNode };

/** Shows one setting of the account: what it is on the left, its control on the right. */
export function SettingCard({ title, note, children }: Props) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className="grid gap-x-10 gap-y-4 rounded-xl border border-line bg-surface p-4 sm:p-5 md:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]"
    >
      <div>
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        <p className="mt-1 text-[0.8125rem] text-muted">{note}</p>
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}
