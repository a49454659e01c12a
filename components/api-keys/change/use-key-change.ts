"use client";

import { type ReactNode, useState, useTransition } from "react";
import { failureWords } from "#components/frame/action-failure.tsx";
import { announce } from "#components/ui/toast.tsx";
import type { Result } from "#lib/result.ts";

const REASONS = {
  invalid: "The server can't read this request. Reload the page and try again.",
  not_found: "This key is no longer in your list. Somebody may have deleted it.",
  already_revoked: "This key has been revoked already.",
  not_active: "This key has ended already.",
  not_replaced: "This key has no successor any more. Rotate it instead.",
  ends_with_successor: "This key ends with its successor already, and can't outlive it.",
  selection_changed: "More keys match now than you were shown, so nothing was done. Look again before you confirm.",
};

/** Runs a change of keys. Success shows a toast and calls `done`; a failure becomes `error`. */
export function useKeyChange(done: () => void) {
  const [pending, startTransition] = useTransition();
  const [error, setError] = useState<ReactNode>();
  function change<T>(
    action: () => Promise<Result<T, keyof typeof REASONS>>,
    success: string | ((changed: NoInfer<T>) => string),
  ) {
    if (pending) return;
    setError(undefined);
    startTransition(async () => {
      try {
        const result = await action();
        if (!result.ok) return setError(REASONS[result.error]);
        announce(typeof success === "string" ? success : success(result.value));
        done();
      } catch (error) {
        setError(failureWords(error));
      }
    });
  }
  return { change, pending, error };
}
