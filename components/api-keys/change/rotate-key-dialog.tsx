"use client";

import { useRef } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { RotateForm } from "#components/api-keys/change/rotate-form.tsx";
import { SecretDialog } from "#components/api-keys/save/secret-dialog.tsx";

/** Rotates a key. In a row of keys, the dialog of the next one follows a rotation. */
export function RotateKeyDialog({ apiKey, open, onClose, finalFocus, row }: KeyDialogProps) {
  const field = useRef<HTMLSelectElement>(null);
  const rotated = useRef(false);
  return (
    <SecretDialog
      title={
        <>
          Rotate "<bdi>{apiKey.name}</bdi>"{row && ` (${row.place} of ${row.of})`}
        </>
      }
      description="Creates a replacement. The old key keeps working until the time you choose."
      open={open}
      onClose={() => (rotated.current && row ? row.next() : onClose())}
      initialFocus={field}
      finalFocus={finalFocus}
    >
      {(making) => (
        <RotateForm
          apiKey={apiKey}
          field={field}
          making={making}
          row={row}
          onRotated={() => {
            rotated.current = true;
          }}
        />
      )}
    </SecretDialog>
  );
}
