"use client";

import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { buttonClass } from "#components/ui/button.tsx";
import { copyFrom } from "#components/ui/copy.ts";

type Props = {
  code: string;
  label: string;
  /** The same code with colors, as `highlight` returns it. */
  html?: string | undefined;
};

/** Shows code with a button that copies it. Long lines scroll inside. */
export function CodeBlock({ code, label, html }: Props) {
  const source = useRef<HTMLTextAreaElement>(null);
  const [copied, setCopied] = useState(false);
  async function copy() {
    if (!source.current) return;
    setCopied(await copyFrom(source.current));
    setTimeout(() => setCopied(false), 2_000);
  }
  return (
    <div className="relative min-w-0 overflow-hidden rounded-xl border border-line bg-sunken">
      <div className="flex min-h-9.5 flex-wrap items-center justify-between border-line border-b pr-1 pl-4 text-muted text-xs">
        <span>{label}</span>
        <button
          type="button"
          onClick={copy}
          className={buttonClass({ variant: "quiet", size: "small" }, "h-7.5 text-xs noscript:hidden")}
        >
          {copied ? <Check aria-hidden className="size-3.5" /> : <Copy aria-hidden className="size-3.5" />}
          {copied ? "Copied" : "Copy"}
        </button>
      </div>
      {/* Outside the button, because a dialog hides everything behind it except live regions. */}
      <p aria-live="polite" className="sr-only">
        {copied && "Copied"}
      </p>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto p-4 font-mono text-[0.8125rem] leading-relaxed -outline-offset-2"
      >
        {html === undefined ? (
          <code>{code}</code>
        ) : (
          // biome-ignore lint/security/noDangerouslySetInnerHtml: the highlighter escapes the code
          <code dangerouslySetInnerHTML={{ __html: html }} />
        )}
      </pre>
      <textarea
        ref={source}
        readOnly
        tabIndex={-1}
        aria-hidden
        value={code}
        className="pointer-events-none absolute size-px opacity-0"
      />
    </div>
  );
}
