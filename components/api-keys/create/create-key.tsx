"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { SHORTCUT_TARGETS } from "#components/api-keys/list/shortcuts.tsx";
import { DemandButton, onDemand } from "#components/ui/on-demand.tsx";

const CreateKeyDialog = onDemand(() =>
  import("#components/api-keys/create/create-key-dialog.tsx").then((module) => module.CreateKeyDialog),
);

export function CreateKey() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <DemandButton
        needs={CreateKeyDialog}
        variant="primary"
        id={SHORTCUT_TARGETS.create}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <Plus aria-hidden className="size-4" />
        Create New API Key
      </DemandButton>
      <CreateKeyDialog open={open} onClose={() => setOpen(false)} />
    </>
  );
}
