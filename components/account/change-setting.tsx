"use client";

import { type ReactNode, useEffect, useRef, useState } from "react";
import { buttonClass } from "#components/ui/button.tsx";

type Props = {
  /** The button that shows the form. */
  label: string;
  /** The setting as it is now. */
  value: ReactNode;
  /** What the last change did, for the status line. */
  done: ReactNode;
  failed: boolean;
  children: ReactNode;
};

/**
 * Shows a setting with a button that opens its form. A `details` element opens without JavaScript,
 * too. The first field gets the focus; after a change the form closes, and the button has it again.
 */
export function ChangeSetting({ label, value, done, failed, children }: Props) {
  const [open, setOpen] = useState(failed);
  const details = useRef<HTMLDetailsElement>(null);
  const button = useRef<HTMLElement>(null);
  useEffect(() => {
    // The user may have opened it before the page's code ran.
    if (details.current?.open) setOpen(true);
  }, []);
  useEffect(() => {
    if (!done) return;
    setOpen(false);
    button.current?.focus();
  }, [done]);
  return (
    <>
      <details
        ref={details}
        open={open}
        onToggle={({ currentTarget }) => {
          setOpen(currentTarget.open);
          if (currentTarget.open && !failed)
            currentTarget.querySelector<HTMLElement>("input:not([type=hidden])")?.focus();
        }}
        className="group"
      >
        <summary
          ref={button}
          className="flex cursor-default list-none flex-wrap items-center justify-between gap-x-4 gap-y-2 [&::-webkit-details-marker]:hidden"
        >
          <span className="min-w-0 break-words">{value}</span>
          <span className={buttonClass({ size: "small" })}>
            <span className="group-open:hidden">{label}</span>
            <span className="hidden group-open:inline">Cancel</span>
          </span>
        </summary>
        <div className="mt-4 border-line border-t pt-4">{children}</div>
      </details>
      <p role="status" className="mt-2 text-[0.8125rem] text-muted empty:hidden">
        {done}
      </p>
    </>
  );
}
