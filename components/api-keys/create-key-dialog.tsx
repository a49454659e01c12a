"use client";

import { useRef } from "react";
import { CreateKeyForm } from "#components/api-keys/create-key-form.tsx";
import { SecretDialog } from "#components/api-keys/secret-dialog.tsx";
import { SHORTCUT_TARGETS } from "#components/api-keys/shortcuts.tsx";

export function CreateKeyDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const nameField = useRef<HTMLInputElement>(null);
  return (
    <SecretDialog
      title="Create New API Key"
      open={open}
      onClose={onClose}
      initialFocus={nameField}
      finalFocus={() => document.getElementById(SHORTCUT_TARGETS.create)}
    >
      {(making) => <CreateKeyForm nameField={nameField} making={making} />}
    </SecretDialog>
  );
}
