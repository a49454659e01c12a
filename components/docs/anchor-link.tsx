"use client";

import { Check, Link2 } from "lucide-react";
import { useState } from "react";

/**
 * Links a heading and copies the link. On plain http, where nothing can be copied, it only links.
 */
export function AnchorLink({ id, title }: { id: string; title: string }) {
  const [copied, setCopied] = useState(false);
  async function copy(href: string) {
    try {
      await navigator.clipboard.writeText(href);
      setCopied(true);
      setTimeout(() => setCopied(false), 2_000);
    } catch {
      // The address bar has it.
    }
  }
  const Icon = copied ? Check : Link2;
  return (
    <>
      <a
        href={`#${id}`}
        aria-label={`Link to ${title}`}
        onClick={(event) => copy(event.currentTarget.href)}
        className="self-center rounded-md text-muted opacity-0 hover:text-ink focus-visible:opacity-100 group-hover:opacity-100 pointer-coarse:opacity-100 print:hidden"
      >
        <Icon aria-hidden className="size-4" />
      </a>
      <span role="status" className="sr-only">
        {copied && "Link copied"}
      </span>
    </>
  );
}
