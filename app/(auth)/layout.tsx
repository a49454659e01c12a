import type { ReactNode } from "react";
import { NewVersionNotice } from "#components/frame/new-version-notice.tsx";
import { Wordmark } from "#components/frame/wordmark.tsx";
import { Link } from "#components/ui/link.tsx";
import { requestedPath } from "#lib/auth/current-request.ts";

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <main
      id="content"
      className="mx-auto flex min-h-dvh w-full max-w-md flex-col justify-center gap-6 px-4 py-10 sm:py-16"
    >
      <Link href="/" className="mx-auto rounded-md">
        <Wordmark />
      </Link>
      <NewVersionNotice path={requestedPath()} />
      {children}
    </main>
  );
}
