import type { ReactNode } from "react";

/** What went wrong with a form as a whole, announced when it appears. */
export function FormAlert({ children }: { children: ReactNode }) {
  return (
    <p
      role="alert"
      className="rounded-md border border-red-600/30 bg-red-600/10 px-3 py-2 text-red-800 text-sm dark:text-red-300"
    >
      {children}
    </p>
  );
}
