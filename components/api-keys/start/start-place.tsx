"use client";

import type { ReactNode } from "react";
import { useCreateKey } from "#components/api-keys/create/create-key.tsx";
import { useListRef } from "#components/api-keys/list/list-ref.ts";

/** Stands where the list of keys will be, and takes the focus in its place. */
export function StartPlace({ children }: { children: ReactNode }) {
  return (
    <section
      ref={useListRef()}
      id="api-keys"
      tabIndex={-1}
      aria-label="Your API keys"
      className="rounded-xl border border-line bg-surface p-4 shadow-control outline-none sm:p-7"
    >
      {children}
    </section>
  );
}

/** Hides examples while the dialog of a new key, which has the same ones, is open. */
export function StartExamples({ children }: { children: ReactNode }) {
  const { open } = useCreateKey();
  return <div aria-hidden={open || undefined}>{children}</div>;
}
