"use client";

import { unstable_rethrow } from "next/navigation";
import { type FormEvent, type ReactNode, useActionState, useEffect, useRef, useState, useTransition } from "react";
import { requestFormReset } from "react-dom";
import { failureWords, isSignedOut } from "#components/frame/action-failure.tsx";
import { keepDraft, restoreDraft } from "#components/frame/draft.ts";
import { type FailureWords, type Problems, problemsOf } from "#components/frame/form-problems.ts";
import type { Failure, FormState } from "#lib/actions/form-state.ts";

/**
 * Sends a form to its action, with and without JavaScript. With JavaScript the first field with a
 * problem gets the focus. What the user typed stays if the action gives no answer, and returns by
 * the form's `name` after a reload for a new version and after another sign-in.
 */
export function useServerForm<S extends FormState<Failure>>(
  action: (state: S, form: FormData) => Promise<S>,
  first: NoInfer<S>,
  name: string,
  words: FailureWords<NonNullable<NoInfer<S>["failure"]>>,
) {
  // The server's answer to a browser that has sent the form without JavaScript.
  const [posted, post] = useActionState(action, first as Awaited<S>);
  const [answered, setAnswered] = useState<S>();
  const [failure, setFailure] = useState<ReactNode>();
  const [pending, startTransition] = useTransition();
  const form = useRef<HTMLFormElement>(null);
  const state = answered ?? posted;
  useEffect(() => {
    if (state !== first) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [state, first]);
  useEffect(() => {
    if (form.current) restoreDraft(form.current);
  }, []);

  function submit(event: FormEvent<HTMLFormElement>) {
    // Another handler has already handled the event, or the form is being sent.
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (pending) return;
    const { currentTarget, nativeEvent } = event;
    const fields = new FormData(currentTarget, (nativeEvent as SubmitEvent).submitter);
    startTransition(async () => {
      try {
        const next = await action(state, fields);
        startTransition(() => {
          setFailure(undefined);
          setAnswered(next);
          requestFormReset(currentTarget);
        });
      } catch (error) {
        if (isSignedOut(error)) keepDraft(currentTarget);
        // A redirect keeps the form pending until the next page is there.
        unstable_rethrow(error);
        const words = failureWords(error);
        startTransition(() => setFailure(words));
      }
    });
  }
  return {
    state,
    pending,
    problems: failure === undefined ? problemsOf(state, words) : ({ form: failure } as Problems),
    props: { ref: form, name, action: post, onSubmit: submit, noValidate: true, className: "flex flex-col gap-4" },
  };
}
