import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { INPUT_CLASS } from "#components/ui/input-class.ts";

/**
 * The platform's own select, which works without JavaScript, on phones and with every assistive
 * technology.
 */
export function Select({ className = "", children, ...props }: ComponentProps<"select">) {
  return (
    <span className={`relative inline-flex ${className}`}>
      <select {...props} className={`${INPUT_CLASS} appearance-none text-ellipsis pr-8`}>
        {children}
      </select>
      <ChevronDown aria-hidden className="pointer-events-none absolute top-2.5 right-2.5 size-4 text-muted" />
    </span>
  );
}
