"use client";

import { CircleCheck } from "lucide-react";
import { type ReactNode, useState } from "react";
import { StartExamples } from "#components/api-keys/start/start-place.tsx";
import { useFirstRequest } from "#components/api-keys/start/use-first-request.ts";
import type { FirstRequest as State } from "#lib/api-keys/first-request.ts";

type Props = {
  state: State;
  /** The key that is waited for; without it, any key of the account. */
  apiKeyId?: string;
  /** Shown when the request has come. */
  received?: ReactNode;
  /** Shown until then: how to send it. */
  children: ReactNode;
};

/**
 * Waits for a first request and says that it came. Shows nothing if it came before this page was
 * opened.
 */
export function FirstRequest({ state, apiKeyId, received, children }: Props) {
  const [awaited] = useState(state !== "received");
  useFirstRequest(state === "waiting", apiKeyId);
  if (state === "none" || !awaited) return null;
  return (
    <section
      aria-label="First request"
      className="mt-6 flex flex-col gap-3 rounded-xl border border-line bg-surface p-4 sm:p-5"
    >
      <p role="status" className="flex items-center gap-2 font-medium">
        {state === "waiting" ? (
          <>
            <span
              aria-hidden
              className="mx-1 size-2 shrink-0 animate-pulse rounded-full bg-accent motion-reduce:animate-none forced-colors:bg-[Highlight]"
            />
            <span>Waiting for {apiKeyId ? "its" : "your"} first request…</span>
          </>
        ) : (
          <>
            <CircleCheck aria-hidden className="size-4 shrink-0 text-success-ink" />
            <span>First request received. {received}</span>
          </>
        )}
      </p>
      {state === "waiting" && <StartExamples>{children}</StartExamples>}
    </section>
  );
}
