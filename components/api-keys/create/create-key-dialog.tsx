"use client";

import { useRef } from "react";
import { CreateKeyForm } from "#components/api-keys/create/create-key-form.tsx";
import { SHORTCUT_TARGETS } from "#components/api-keys/list/shortcuts.tsx";
import { SecretDialog } from "#components/api-keys/save/secret-dialog.tsx";

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
