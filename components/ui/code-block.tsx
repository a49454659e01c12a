"use client";

import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { copyFrom } from "#components/ui/copy.ts";

/** Code to read and copy. Long lines scroll inside. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  const source = useRef<HTMLTextAreaElement>(null);
  const [copied, setCopied] = useState(false);
  async function copy() {
    if (!source.current) return;
    setCopied(await copyFrom(source.current));
    setTimeout(() => setCopied(false), 2_000);
  }
  return (
    <div className="group relative min-w-0 rounded-xl border border-line bg-sunken">
      <section
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto rounded-xl p-4 pr-24"
      >
        <pre className="font-mono text-[0.8125rem] leading-relaxed">
          <code>{code}</code>
        </pre>
      </section>
      <textarea
        ref={source}
        readOnly
        tabIndex={-1}
        aria-hidden
        value={code}
        className="pointer-events-none absolute size-px opacity-0"
      />
      <Button size="small" className="absolute top-2.5 right-2.5" onClick={copy}>
        {copied ? <Check aria-hidden className="size-3.5" /> : <Copy aria-hidden className="size-3.5" />}
        <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
      </Button>
    </div>
  );
}
