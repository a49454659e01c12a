"use client";

import { actionFailure } from "#components/frame/action-failure.tsx";
import { buttonClass } from "#components/ui/button.tsx";

/** Shows no cause; the log has it. A button of an earlier version's page leads here, too. */
export default function ErrorPage({ error, retry }: { error: Error; retry: () => void }) {
  const stale = actionFailure(error) === "stale";
  return (
    <main id="content" className="grid flex-1 place-items-center px-4 py-24">
      <div role="alert" className="flex max-w-md flex-col items-center gap-2 text-center">
        <h1 className="font-semibold text-xl tracking-tight">
          {stale ? "There is a new version" : "This page could not be loaded"}
        </h1>
        <p className="text-balance text-muted">
          {stale
            ? "Nothing was changed. Reload the page to continue."
            : "Something went wrong on our side. Nothing you saved is lost."}
        </p>
        <button
          type="button"
          onClick={stale ? () => window.location.reload() : retry}
          className={buttonClass({ variant: "primary" }, "mt-4")}
        >
          {stale ? "Reload" : "Try again"}
        </button>
      </div>
    </main>
  );
}
