import type { ReactNode } from "react";
import { Link } from "#components/ui/link.tsx";

/** To another page around signing in, which will lead to the same place afterwards. */
export function AuthLink({ to, next, children }: { to: "/sign-in" | "/sign-up"; next: string; children: ReactNode }) {
  return (
    <Link
      href={`${to}?next=${encodeURIComponent(next)}`}
      className="font-medium text-accent-ink underline underline-offset-4"
    >
      {children}
    </Link>
  );
}
