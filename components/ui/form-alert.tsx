import type { ReactNode } from "react";
import { Notice } from "#components/ui/notice.tsx";

/** What went wrong with a form as a whole. The frame stands from the start, so that what comes into it is announced. */
export function FormAlert({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className="empty:hidden">
      {children && <Notice tone="danger">{children}</Notice>}
    </div>
  );
}
