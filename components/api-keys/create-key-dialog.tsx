"use client";

import { Plus } from "lucide-react";
import { useRef } from "react";
import { CreateKeyForm } from "#components/api-keys/create-key-form.tsx";
import { SecretDialog } from "#components/api-keys/secret-dialog.tsx";
import { SHORTCUT_TARGETS } from "#components/api-keys/shortcuts.tsx";
import { Button } from "#components/ui/button.tsx";

export function CreateKeyDialog() {
  const nameField = useRef<HTMLInputElement>(null);
  return (
    <SecretDialog
      title="Create New API Key"
      initialFocus={nameField}
      trigger={
        <Button variant="primary" id={SHORTCUT_TARGETS.create}>
          <Plus aria-hidden className="size-4" />
          Create New API Key
        </Button>
      }
    >
      {(onCreated) => <CreateKeyForm nameField={nameField} onCreated={onCreated} />}
    </SecretDialog>
  );
}
