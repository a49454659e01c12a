import type { ReactNode } from "react";

/** Stays enabled while it waits: a disabled button would drop the focus, and the form already ignores a second submit. */
export function SubmitButton({ pending, children }: { pending: boolean; children: ReactNode }) {
  return (
    <button
      type="submit"
      aria-disabled={pending}
      aria-busy={pending}
      className="h-10 w-full rounded-md bg-neutral-900 px-4 font-medium text-white aria-busy:opacity-60 dark:bg-white dark:text-neutral-900"
    >
      {children}
    </button>
  );
}
