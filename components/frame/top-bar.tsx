import type { ReactNode } from "react";
import { Wordmark } from "#components/frame/wordmark.tsx";
import { Link } from "#components/ui/link.tsx";

export function TopBar({ children, aside }: { children?: ReactNode; aside?: ReactNode }) {
  return (
    <header className="sticky top-0 z-20 border-line border-b bg-canvas/85 backdrop-blur-md print:hidden">
      <div className="mx-auto flex h-14 w-full max-w-7xl items-center gap-2 px-4 sm:px-6">
        {children}
        <Link href="/" className="rounded-md">
          <Wordmark />
        </Link>
        <div className="ml-auto flex items-center gap-1">{aside}</div>
      </div>
    </header>
  );
}
