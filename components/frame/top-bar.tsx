import type { ReactNode } from "react";
import { Wordmark } from "#components/frame/wordmark.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Link } from "#components/ui/link.tsx";

type Props = {
  /** No real image provider is set. */
  sandbox?: boolean;
  aside?: ReactNode;
  children?: ReactNode;
};

export function TopBar({ sandbox = false, aside, children }: Props) {
  return (
    <header className="@container sticky top-0 z-20 border-line border-b bg-canvas/85 backdrop-blur-md print:hidden">
      <div className="mx-auto flex h-14 w-full max-w-7xl items-center gap-2 @max-sm:gap-1 px-4 @max-3xs:px-2 sm:px-6">
        {children}
        <Link href="/" className="rounded-md">
          <Wordmark />
        </Link>
        {sandbox && (
          <span className="@max-3xs:sr-only" title="Images are drawn by the built-in sandbox, not by a real model.">
            <Badge tone="warning">Sandbox</Badge>
          </span>
        )}
        <div className="ml-auto flex items-center gap-1">{aside}</div>
      </div>
    </header>
  );
}
