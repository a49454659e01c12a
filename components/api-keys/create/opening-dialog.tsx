"use client";

import { type Ref, useCallback } from "react";
import { buttonClass } from "#components/ui/button.tsx";
import { DIALOG_PLACE, DIALOG_WIDTHS } from "#components/ui/dialog-look.ts";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { INPUT_CLASS } from "#components/ui/input-class.ts";
import { countOpenPopup } from "#components/ui/open-popups.ts";
import { Spinner } from "#components/ui/spinner.tsx";

type Props = {
  /** The field that takes what the user types until the form has one. */
  nameField: Ref<HTMLInputElement>;
  /** Called when the user presses Enter in the field. */
  onEnter: () => void;
  failed: boolean;
  onRetry: () => void;
  onClose: () => void;
};

/**
 * Stands in for the form for a new key until its code is loaded. It is a native dialog, which is
 * open in the event that asked for it, so that no keystroke goes to the page.
 */
export function OpeningDialog({ nameField, onEnter, failed, onRetry, onClose }: Props) {
  const open = useCallback(
    (dialog: HTMLDialogElement) => {
      dialog.showModal();
      dialog.addEventListener("close", onClose);
      const uncount = countOpenPopup();
      return () => {
        dialog.removeEventListener("close", onClose);
        uncount();
      };
    },
    [onClose],
  );
  return (
    <dialog
      ref={open}
      aria-labelledby="opening"
      aria-busy={!failed}
      className={`${DIALOG_PLACE} ${DIALOG_WIDTHS.medium} max-w-none p-5 text-ink backdrop:bg-shade/45 backdrop:backdrop-blur-[2px] sm:px-6`}
    >
      <h2 id="opening" className="mb-5 font-semibold text-base">
        Create New API Key
      </h2>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onEnter();
        }}
      >
        <label className="flex flex-col gap-1.5 font-medium">
          Name
          <input ref={nameField} autoComplete="off" dir="auto" className={`${INPUT_CLASS} font-normal`} />
        </label>
      </form>
      <div className="mt-5 flex min-h-40 flex-col items-start gap-3">
        {!failed && <Spinner />}
        <FormAlert>
          {failed && "The rest of the form could not be loaded. Check your connection and try again."}
        </FormAlert>
        {failed && (
          <button type="button" onClick={onRetry} className={buttonClass({})}>
            Try again
          </button>
        )}
      </div>
    </dialog>
  );
}
