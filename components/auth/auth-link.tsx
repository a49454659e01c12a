import type { ReactNode } from "react";
import { Link } from "#components/ui/link.tsx";

/** Links to another page of signing in and keeps the page that follows afterwards. */
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
