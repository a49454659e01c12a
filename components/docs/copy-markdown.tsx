"use client";

import { Check, Copy, FileText } from "lucide-react";
import { useRef, useState } from "react";
import { buttonClass } from "#components/ui/button.tsx";
import { copyFrom } from "#components/ui/copy.ts";

const LABELS = { ready: "Copy as Markdown", copied: "Copied", failed: "Could not copy. Try again" };

/** Copies a page as Markdown, and links it. Without JavaScript there is only the link. */
export function CopyMarkdown({ href }: { href: string }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [state, setState] = useState<keyof typeof LABELS>("ready");
  async function copy() {
    const answer = await fetch(href).catch(() => undefined);
    if (field.current && answer?.ok) {
      field.current.value = await answer.text();
      setState((await copyFrom(field.current)) ? "copied" : "failed");
    } else setState("failed");
    setTimeout(() => setState("ready"), 2_000);
  }
  const Icon = state === "copied" ? Check : Copy;
  const look = buttonClass({ variant: "secondary", size: "small" }, "h-auto! min-h-8 whitespace-normal!");
  return (
    <div className="relative flex flex-wrap gap-2 print:hidden">
      <button type="button" onClick={copy} className={`${look} noscript:hidden`}>
        <Icon aria-hidden className="size-3.5" />
        <span aria-live="polite">{LABELS[state]}</span>
      </button>
      <a href={href} className={look}>
        <FileText aria-hidden className="size-3.5" />
        View Markdown
      </a>
      <textarea
        ref={field}
        readOnly
        tabIndex={-1}
        aria-hidden
        className="pointer-events-none absolute size-px opacity-0"
      />
    </div>
  );
}
