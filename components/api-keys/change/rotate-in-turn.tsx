"use client";

import { type ReactNode, useRef, useState, useTransition } from "react";
import { useOpenKeyDialog } from "#components/api-keys/change/key-dialog-provider.tsx";
import { KEY_DIALOGS } from "#components/api-keys/change/key-dialogs.ts";
import { failureWords } from "#components/frame/action-failure.tsx";
import { DemandButton } from "#components/ui/on-demand.tsx";
import { findKeysWithWarningAction } from "#lib/actions/api-keys.ts";
import type { WarningKind } from "#lib/api-keys/model/key-warning.ts";

/** Leads through the rotation of the keys that a warning is about, one dialog a key. */
export function RotateInTurn({ kind, children }: { kind: WarningKind; children: ReactNode }) {
  const button = useRef<HTMLButtonElement>(null);
  const openDialog = useOpenKeyDialog();
  const [pending, startTransition] = useTransition();
  const [failure, setFailure] = useState<ReactNode>();
  function start() {
    setFailure(undefined);
    startTransition(async () => {
      try {
        const found = await findKeysWithWarningAction(kind);
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
        {children}
      </DemandButton>
      <span role="alert" className="text-danger-ink">
        {failure}
      </span>
    </>
  );
}
