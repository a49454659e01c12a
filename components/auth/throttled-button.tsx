"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";
import { inWords } from "#components/auth/wait.ts";
import { Button } from "#components/ui/button.tsx";

type Props = {
  pending: boolean;
  /** Why the last attempt failed, which may be that there were too many. */
  failure: { error: string; retryAfterSeconds?: number } | undefined;
  children: ReactNode;
};

/**
 * Submits a form. After too many attempts it counts down until the next one is accepted, or until
 * the form is changed: another account has attempts of its own.
 */
export function ThrottledButton({ pending, failure, children }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (!failure?.retryAfterSeconds) return;
    const until = performance.now() + failure.retryAfterSeconds * 1_000;
    const tick = () => setSeconds(Math.max(0, Math.ceil((until - performance.now()) / 1_000)));
    const stop = () => {
      clearInterval(timer);
      setSeconds(0);
    };
    const timer = setInterval(tick, 1_000);
    tick();
    const form = button.current?.form;
    form?.addEventListener("input", stop);
    return () => {
      clearInterval(timer);
      form?.removeEventListener("input", stop);
    };
  }, [failure]);
  const waits = seconds > 0;
  return (
    <Button
      ref={button}
      type="submit"
      variant="primary"
      pending={pending}
      aria-disabled={waits}
      className="mt-1 w-full tabular-nums"
    >
      {waits ? `Try again ${inWords(seconds)}` : children}
    </Button>
  );
}
