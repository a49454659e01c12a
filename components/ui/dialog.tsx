"use client";

import { AlertDialog as BaseAlertDialog } from "@base-ui/react/alert-dialog";
import { Dialog as BaseDialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { buttonClass } from "#components/ui/button.tsx";
import { DIALOG_PLACE, DIALOG_WIDTHS } from "#components/ui/dialog-look.ts";
import { countOpenPopup } from "#components/ui/open-popups.ts";

export const BACKDROP =
  "dialog-backdrop fixed inset-0 z-40 bg-shade/45 backdrop-blur-[2px] transition-opacity duration-150 data-ending-style:opacity-0 data-starting-style:opacity-0";
const POPUP = `${DIALOG_PLACE} flex flex-col transition duration-150 data-ending-style:translate-y-4 data-ending-style:opacity-0 data-starting-style:translate-y-4 data-starting-style:opacity-0 sm:data-ending-style:translate-y-0 sm:data-ending-style:scale-98 sm:data-starting-style:translate-y-0 sm:data-starting-style:scale-98`;

type Look = { title: ReactNode; description?: ReactNode; width?: keyof typeof DIALOG_WIDTHS; children: ReactNode };
type Focus = Pick<ComponentProps<typeof BaseDialog.Popup>, "initialFocus" | "finalFocus">;

/**
 * The content of a dialog, inside the caller's `Dialog.Root`. It is in the page only while the
 * dialog is open.
 */
export function DialogContent({
  title,
  description,
  width = "medium",
  initialFocus,
  finalFocus,
  children,
}: Look & Focus) {
  return (
    <BaseDialog.Portal>
      <BaseDialog.Backdrop className={BACKDROP} />
      <BaseDialog.Popup
        ref={countOpenPopup}
        initialFocus={initialFocus}
        finalFocus={finalFocus}
        className={`${POPUP} ${DIALOG_WIDTHS[width]}`}
      >
        <div className="flex items-start justify-between gap-4 px-5 pt-5 sm:px-6">
          <div className="min-w-0">
            <BaseDialog.Title className="text-balance break-words font-semibold text-base">{title}</BaseDialog.Title>
            {description && <BaseDialog.Description className="mt-1 text-muted">{description}</BaseDialog.Description>}
          </div>
          <BaseDialog.Close
            aria-label="Close"
            className={buttonClass({ variant: "quiet", size: "icon" }, "-mt-1 -mr-2")}
          >
            <X aria-hidden className="size-4" />
          </BaseDialog.Close>
        </div>
        {children}
      </BaseDialog.Popup>
    </BaseDialog.Portal>
  );
}

/** The content of a dialog that the user must answer: a click outside doesn't close it. */
export function AlertDialogContent({
  title,
  description,
  width = "small",
  initialFocus,
  finalFocus,
  children,
}: Look & Focus) {
  return (
    <BaseAlertDialog.Portal>
      <BaseAlertDialog.Backdrop className={BACKDROP} />
      <BaseAlertDialog.Popup
        ref={countOpenPopup}
        initialFocus={initialFocus}
        finalFocus={finalFocus}
        className={`${POPUP} ${DIALOG_WIDTHS[width]}`}
      >
        <div className="px-5 pt-5 sm:px-6">
          <BaseAlertDialog.Title className="text-balance break-words font-semibold text-base">
            {title}
          </BaseAlertDialog.Title>
          {description && (
            <BaseAlertDialog.Description className="mt-1.5 text-muted">{description}</BaseAlertDialog.Description>
          )}
        </div>
        {children}
      </BaseAlertDialog.Popup>
    </BaseAlertDialog.Portal>
  );
}

export function DialogBody({ children }: { children: ReactNode }) {
  return <div className="flex flex-col gap-5 px-5 py-5 sm:px-6">{children}</div>;
}

/**
 * The actions of a dialog. The primary one comes last. They stay visible, unless they would cover
 * much of the dialog.
 */
export function DialogFooter({ children }: { children: ReactNode }) {
  return (
    <div className="-scroll-mb-40 **:-scroll-mb-40 sticky bottom-0 flex @max-[21rem]:static flex-col-reverse gap-2 border-line border-t bg-surface px-5 py-4 sm:flex-row sm:justify-end sm:px-6 [@media(max-height:30rem)]:static">
      {children}
    </div>
  );
}
