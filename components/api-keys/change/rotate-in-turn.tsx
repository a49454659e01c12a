"use client";

import { type ReactNode, useRef, useState, useTransition } from "react";
import { useOpenKeyDialog } from "#components/api-keys/change/key-dialog-provider.tsx";
import { KEY_DIALOGS } from "#components/api-keys/change/key-dialogs.ts";
import { warningAction } from "#components/api-keys/list/warning-words.ts";
import { failureWords } from "#components/frame/action-failure.tsx";
import { DemandButton } from "#components/ui/on-demand.tsx";
import { findKeysWithWarningAction } from "#lib/actions/api-keys.ts";
import type { KeyWarning } from "#lib/api-keys/key-health.ts";

/** Leads through the rotation of the keys that a warning is about, one dialog a key. */
export function RotateInTurn({ warning }: { warning: KeyWarning }) {
  const button = useRef<HTMLButtonElement>(null);
  const openDialog = useOpenKeyDialog();
  const [pending, startTransition] = useTransition();
  const [failure, setFailure] = useState<ReactNode>();
  function start() {
    setFailure(undefined);
    startTransition(async () => {
      try {
        const found = await findKeysWithWarningAction(warning.kind);
        if (found.ok && found.value.length > 0) openDialog("rotate", found.value, button);
        else setFailure("No key is left to rotate.");
      } catch (error) {
        setFailure(failureWords(error, "Nothing has changed."));
      }
    });
  }
  return (
    <>
      <DemandButton ref={button} needs={KEY_DIALOGS.rotate} size="small" pending={pending} onClick={start}>
        {warningAction(warning)}
      </DemandButton>
      <span role="alert" className="text-danger-ink">
        {failure}
      </span>
    </>
  );
}
