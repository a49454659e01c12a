"use client";

import { CSPProvider } from "@base-ui/react/csp-provider";
import type { ReactNode } from "react";
import type { Language } from "#components/request-examples/language.ts";
import { LanguageProvider } from "#components/request-examples/use-language.tsx";
import { PageChange } from "#components/ui/page-change.tsx";
import { TimeTooltip } from "#components/ui/time-tooltip.tsx";
import { ToastSlot } from "#components/ui/toast-slot.tsx";

export function Providers({ language, children }: { language: Language; children: ReactNode }) {
  return (
    <CSPProvider disableStyleElements>
      <LanguageProvider language={language}>
        <div className="flex min-h-dvh flex-col">{children}</div>
      </LanguageProvider>
      <ToastSlot />
      <TimeTooltip />
      <PageChange />
    </CSPProvider>
  );
}
