"use client";

import { Menu, X } from "lucide-react";
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { buttonClass } from "#components/ui/button.tsx";

/** Folds the navigation on a phone. A `details` element opens without JavaScript, too. */
export function PhoneNavigation({ children }: { children: ReactNode }) {
  return (
    // It closes when the page changes, and not when the code of a page arrives.
    <details key={usePathname()} className="group xl:hidden">
      <summary
        aria-label="Menu"
        className={buttonClass(
          { variant: "quiet", size: "icon" },
          "-ml-2 list-none align-top [&::-webkit-details-marker]:hidden",
        )}
      >
        <Menu aria-hidden className="size-4.5 group-open:hidden" />
        <X aria-hidden className="hidden size-4.5 group-open:block" />
      </summary>
      <div className="absolute inset-x-0 top-full max-h-[calc(100dvh-3.5rem)] overflow-y-auto border-line border-b bg-surface p-3 shadow-overlay">
        {children}
      </div>
    </details>
  );
}
