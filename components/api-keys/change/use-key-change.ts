"use client";

import { type ReactNode, type RefObject, useState, useTransition } from "react";
import { KEY_PROBLEMS } from "#components/api-keys/change/key-problems.ts";
import { OUT_OF_RANGE } from "#components/api-keys/expiry/selectable-days.ts";
import { failureWords, isSignedOut } from "#components/frame/action-failure.tsx";
import { keepDraft } from "#components/frame/draft.ts";
import { failureProblems } from "#components/frame/form-problems.ts";
import { announce, type ToastAction } from "#components/ui/toast.tsx";
import type { Result } from "#lib/result.ts";

const PROBLEMS = {
  ...KEY_PROBLEMS,
  already_revoked: { form: "This key has been revoked already." },
  not_active: { form: "This key has ended already." },
  not_replaced: { form: "This key no longer has a successor. Rotate it instead." },
  ends_with_successor: { form: "This key ends with its successor already, and can't outlive it." },
  beyond_lifetime: { form: "The key would exceed the maximum lifetime." },
  leaked: { form: "This key was reported as leaked, so its expiry can't be changed." },
  replaced: { form: "This key was rotated. Extend it instead." },
  expiry_out_of_range: { form: OUT_OF_RANGE },
  restrictions_changed: { form: "The permissions were changed elsewhere. Close this form and open it again." },
  unknown_scope: { form: "A permission no longer exists. Reload the page and choose again." },
  email_unverified: { form: "Verify your email address first." },
  session_over: { form: "You've been signed out. Sign in to continue." },
  selection_changed: { form: "The list has changed. Nothing was changed; review it and try again." },
};

/** Failures that no other try can change. */
const FINAL = new Set<string>(["already_revoked", "not_found", "not_active"]);

/**
 * Runs a change of keys. Success shows a toast, with a way back if `undo` makes one, and calls
 * `done`; a failure becomes `error`, and `final` if another try would fail, too.
 *
 * @param form keeps what was typed in it if the session has ended.
 */
export function useKeyChange(done: () => void, form?: RefObject<HTMLFormElement | null>) {
  const [pending, startTransition] = useTransition();
  const [error, setError] = useState<ReactNode>();
  const [final, setFinal] = useState(false);
  function change<T>(
    action: () => Promise<Result<T, keyof typeof PROBLEMS>>,
    success: string | ((changed: NoInfer<T>) => string),
    undo?: (changed: NoInfer<T>) => ToastAction | undefined,
  ) {
    if (pending) return;
    setError(undefined);
    startTransition(async () => {
      try {
        const result = await action();
        if (!result.ok) {
          setFinal(FINAL.has(result.error));
          return setError(failureProblems(result, PROBLEMS).form);
        }
        announce(typeof success === "string" ? success : success(result.value), undo?.(result.value));
        done();
      } catch (error) {
        if (form?.current && isSignedOut(error)) keepDraft(form.current);
        setError(failureWords(error));
      }
    });
  }
  return { change, pending, error, final };
}
