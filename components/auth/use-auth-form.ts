"use client";

import { useActionState, useEffect, useRef } from "react";

type State = { values: Record<string, string> };

/** A form that works without JavaScript, and with it leads the focus to what has to be mended. */
export function useAuthForm<S extends State>(action: (state: S, form: FormData) => Promise<S>, first: S) {
  const [state, submit, pending] = useActionState(action, first as Awaited<S>);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (state !== first) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [state, first]);
  return {
    state,
    pending,
    props: { ref: form, action: submit, noValidate: true, className: "flex flex-col gap-4" },
  };
}
