import type { ReactNode } from "react";
import { Notice } from "#components/ui/notice.tsx";

/**
 * Shows a problem of the whole form. The container is always in the page, so that screen readers
 * announce what appears in it.
 */
export function FormAlert({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className="empty:hidden">
      {children && <Notice tone="danger">{children}</Notice>}
    </div>
  );
}
