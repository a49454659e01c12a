import type { ReactNode } from "react";
import { Link } from "#components/ui/link.tsx";

export function DocsLink({ href, children }: { href: string; children: ReactNode }) {
  // The API's answers are no pages, which Next.js could load in place.
  const Tag = href.startsWith("/api/") ? "a" : Link;
  return (
    <Tag href={href} className="text-accent-ink underline underline-offset-3">
      {children}
    </Tag>
  );
}

export function InlineCode({ children }: { children: ReactNode }) {
  return (
    <code className="break-words rounded-md border border-line bg-sunken px-1.5 py-0.5 font-mono text-[0.85em]">
      {children}
    </code>
  );
}
