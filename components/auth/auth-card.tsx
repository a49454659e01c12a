import type { ReactNode } from "react";

type Props = { title: string; text?: string; footer?: ReactNode; children: ReactNode };

export function AuthCard({ title, text, footer, children }: Props) {
  return (
    <>
      <div className="flex flex-col gap-6 rounded-2xl border border-line bg-surface p-6 shadow-control sm:p-8">
        <header className="flex flex-col gap-1">
          <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
          {text && <p className="text-muted">{text}</p>}
        </header>
        {children}
      </div>
      {footer && <p className="text-center text-muted">{footer}</p>}
    </>
  );
}
