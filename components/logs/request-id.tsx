"use client";

import { useState } from "react";
import { buttonClass } from "#components/ui/button.tsx";
import { copyText } from "#components/ui/copy.ts";
import { RowIcon } from "#components/ui/row-icon.tsx";

/** Shows a request id with a button that copies it. */
export function RequestId({ id }: { id: string }) {
  const [copy, setCopy] = useState<"copied" | "failed">();
  return (
    <span className="inline-flex max-w-full items-center gap-1">
      <code className="w-36 min-w-0 select-all sm:max-lg:w-24 break-all font-mono text-xs">{id}</code>
      <button
        type="button"
        aria-label={`Copy request ID ${id}`}
        onClick={async () => setCopy((await copyText(id)) ? "copied" : "failed")}
        onBlur={() => setCopy(undefined)}
        className={buttonClass({ variant: "quiet", size: "icon" }, "noscript:hidden")}
      >
        <RowIcon name={copy === "copied" ? "check" : "copy"} className="size-4" />
      </button>
      <span aria-live="polite" className={copy === "failed" ? "text-danger-ink text-xs" : "sr-only"}>
        {copy === "copied" && "Copied"}
        {copy === "failed" && "Not copied. Select the ID instead."}
      </span>
    </span>
  );
}
