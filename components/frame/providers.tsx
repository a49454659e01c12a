"use client";

import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import type { ReactNode } from "react";
import { Toasts } from "#components/ui/toast.tsx";

export function Providers({ children }: { children: ReactNode }) {
  return (
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={300}>
        <div className="flex min-h-dvh flex-col">{children}</div>
        <Toasts />
      </Tooltip.Provider>
    </CSPProvider>
  );
}
