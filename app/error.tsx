"use client";

import { buttonClass } from "#components/ui/button.tsx";

/** Says nothing of the inside; the log has it. */
export default function ErrorPage({ retry }: { error: Error; retry: () => void }) {
  return (
    <main id="content" className="grid flex-1 place-items-center px-4 py-24">
      <div role="alert" className="flex max-w-md flex-col items-center gap-2 text-center">
        <h1 className="font-semibold text-xl tracking-tight">This page could not be loaded</h1>
        <p className="text-balance text-muted">Something went wrong on our side. Nothing you saved is lost.</p>
        <button type="button" onClick={retry} className={buttonClass({ variant: "primary" }, "mt-4")}>
          Try again
        </button>
      </div>
    </main>
  );
}
