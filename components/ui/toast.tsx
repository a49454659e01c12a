"use client";

import { Toast } from "@base-ui/react/toast";
import { CircleCheck, X } from "lucide-react";
import type { ReactNode } from "react";
import { buttonClass } from "#components/ui/button.tsx";
import { fillToastSlot } from "#components/ui/toast-slot.tsx";

const manager = Toast.createToastManager();

export type ToastAction = { label: string; run: () => void };

/**
 * Announces a success on the screen and to screen readers. A failure is shown where it happened. An
 * action, such as undoing, is offered for 15 s.
 */
export function announce(title: ReactNode, action?: ToastAction): void {
  const id = manager.add({
    title,
    timeout: action ? 15_000 : 5_000,
    ...(action && {
      actionProps: {
        children: action.label,
        onClick: () => {
          manager.close(id);
          action.run();
        },
      },
    }),
  });
}

function Toasts() {
  return (
    <Toast.Provider toastManager={manager}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-4 bottom-4 z-50 flex w-[calc(100vw-2rem)] flex-col gap-2 outline-none sm:right-6 sm:bottom-6 sm:w-88">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      swipeDirection={["right", "down"]}
      className="rounded-xl bg-surface shadow-overlay transition duration-200 data-ending-style:translate-y-2 data-ending-style:opacity-0 data-limited:hidden data-starting-style:translate-y-2 data-starting-style:opacity-0"
    >
      <Toast.Content className="flex flex-wrap items-center justify-end gap-2.5 py-2 pr-2 pl-3.5">
        {/* Large text has a line of its own. */}
        <div className="flex min-w-0 flex-1 basis-36 items-center gap-2.5">
          <CircleCheck aria-hidden className="size-4 shrink-0 text-success-ink" />
          <Toast.Title className="min-w-0 flex-1 break-words" />
        </div>
        <Toast.Action className={buttonClass({ size: "small" })} />
        <Toast.Close aria-label="Dismiss" className={buttonClass({ variant: "quiet", size: "icon" })}>
          <X aria-hidden className="size-4" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

fillToastSlot(Toasts);
