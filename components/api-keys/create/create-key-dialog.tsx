"use client";

import { type RefObject, useRef } from "react";
import { CreateKeyForm } from "#components/api-keys/create/create-key-form.tsx";
import { SecretDialog } from "#components/api-keys/save/secret-dialog.tsx";

type Props = {
  open: boolean;
  /** Called when the form is there, before the next keystroke. */
  onReady: (nameField: HTMLInputElement) => void;
  onClose: () => void;
  finalFocus: RefObject<HTMLElement | null>;
};

export function CreateKeyDialog({ onReady, ...props }: Props) {
  const nameField = useRef<HTMLInputElement>(null);
  return (
    <SecretDialog {...props} title="Create New API Key" initialFocus={nameField}>
      {(making) => <CreateKeyForm nameField={nameField} onReady={onReady} making={making} />}
    </SecretDialog>
  );
}
