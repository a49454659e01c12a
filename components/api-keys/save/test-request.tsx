"use client";

import { CircleCheck, CircleX, Send } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import { useSafeRefresh } from "#components/api-keys/list/use-safe-refresh.ts";
import { Button } from "#components/ui/button.tsx";

type Props = { secret: string; apiUrl: string; note: string | undefined; onTested: () => void };
type Outcome = { ok: boolean; text: string };

/** The server writes uses every 2 seconds. */
const LAST_USE_WRITTEN_MS = 3_000;

/**
 * Sends a real request with the key, which costs no credit. It is offered only on the API's own
 * origin, because the API sends no CORS headers.
 */
export function TestRequest({ secret, apiUrl, note, onTested }: Props) {
  const noteId = useId();
  const refreshList = useSafeRefresh();
  const [outcome, setOutcome] = useState<Outcome>();
  const [pending, setPending] = useState(false);
  const status = useRef<HTMLParagraphElement>(null);
  // On a phone, the dialog's footer covers it.
  useEffect(() => {
    if (outcome) status.current?.scrollIntoView({ block: "nearest" });
  }, [outcome]);

  async function send() {
    setPending(true);
    setOutcome(undefined);
    try {
      const response = await fetch("/api/v1/key", {
        headers: { authorization: `Bearer ${secret}` },
        credentials: "omit",
        cache: "no-store",
      });
      setOutcome({
        ok: response.ok,
        text: response.ok ? `${response.status} OK. Your key works.` : `${response.status} ${response.statusText}`,
      });
      if (response.ok) {
        onTested();
        // Shows the use in the list, even if the dialog is closed by then.
        setTimeout(refreshList, LAST_USE_WRITTEN_MS);
      }
    } catch {
      setOutcome({ ok: false, text: "No answer. Check your connection and try again." });
    } finally {
      setPending(false);
    }
  }
  if (typeof window !== "undefined" && new URL(apiUrl).origin !== window.location.origin) return null;
  return (
    <>
      <Button pending={pending} onClick={send} aria-describedby={note && noteId}>
        <Send aria-hidden className="size-4" />
        Send a test request
      </Button>
      <p ref={status} role="status" className="flex min-h-9 items-center gap-1.5 text-[0.8125rem]">
        {outcome && (
          <>
            {outcome.ok ? (
              <CircleCheck aria-hidden className="size-4 text-success-ink" />
            ) : (
              <CircleX aria-hidden className="size-4 text-danger-ink" />
            )}
            {outcome.text}
          </>
        )}
      </p>
      {note && (
        <p id={noteId} className="basis-full text-[0.8125rem] text-muted">
          {note}
        </p>
      )}
    </>
  );
}
