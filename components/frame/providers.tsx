"use client";

import { CSPProvider } from "@base-ui/react/csp-provider";
import type { ReactNode } from "react";
import { EarlyPresses } from "#components/frame/early-presses.tsx";
import { PageChange } from "#components/ui/link.tsx";
import { TimeTooltip } from "#components/ui/time-tooltip.tsx";
import { ToastSlot } from "#components/ui/toast-slot.tsx";

export function Providers({ children }: { children: ReactNode }) {
  return (
    <CSPProvider disableStyleElements>
      <div className="flex min-h-dvh flex-col">{children}</div>
      <ToastSlot />
      <TimeTooltip />
      <PageChange />
      <EarlyPresses />
    </CSPProvider>
  );
}
