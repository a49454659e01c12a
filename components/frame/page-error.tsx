"use client";

import { unstable_isUnrecognizedActionError } from "next/navigation";
import { buttonClass } from "#components/ui/button.tsx";

const REQUEST_ID = /^[0-9a-f-]{36}$/;

/**
 * Shows that a page failed, what still works, and the request's id for the operator's log. Shows no
 * cause; the log has it. A button of an earlier version's page leads here, too.
 */
export function PageError({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  const stale: boolean = unstable_isUnrecognizedActionError(error);
  return (
    <div role="alert" className="mx-auto flex max-w-lg flex-col items-center gap-2 py-16 text-center">
      <h1 className="font-semibold text-xl tracking-tight">
        {stale ? "There is a new version" : "This page couldn't be loaded"}
      </h1>
      {stale ? (
        <p className="text-balance text-muted">Nothing was changed. Reload the page to continue.</p>
      ) : (
        <>
          <p className="text-balance text-muted">
            Something went wrong on our side. Nothing you saved is lost, and your API keys are unchanged. API requests
            that can't be answered get 503 and can be retried. The docs still work.
          </p>
          {error.digest && (
            <p className="max-w-full text-[0.8125rem] text-muted">
              {REQUEST_ID.test(error.digest) ? "Request ID" : "Error ID"}{" "}
              <code className="break-all font-mono">{error.digest}</code>
            </p>
          )}
        </>
      )}
      <button
        type="button"
        onClick={stale ? () => window.location.reload() : retry}
        className={buttonClass({ variant: "primary" }, "mt-4")}
      >
        {stale ? "Reload" : "Try again"}
      </button>
    </div>
  );
}
