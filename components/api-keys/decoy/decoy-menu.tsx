"use client";

import { Siren } from "lucide-react";
import { useRef, useState } from "react";
import { DecoyForm } from "#components/api-keys/decoy/decoy-form.tsx";
import { SecretDialog } from "#components/api-keys/save/secret-dialog.tsx";
import { MenuItem, PressedMenu } from "#components/ui/menu.tsx";
import type { PressedButton } from "#components/ui/menu-button.tsx";

export function DecoyMenu(pressed: PressedButton) {
  const [open, setOpen] = useState(false);
  const nameField = useRef<HTMLInputElement>(null);
  const trigger = useRef<HTMLSpanElement>(null);
  return (
    <span ref={trigger} className="contents">
      <PressedMenu {...pressed}>
        <MenuItem onClick={() => setOpen(true)}>
          <Siren aria-hidden /> Create a decoy key
        </MenuItem>
      </PressedMenu>
      <SecretDialog
        title="Create a decoy key"
        description="A decoy looks like a key but never works. If someone uses it, you'll know that they found it."
        open={open}
        onClose={() => setOpen(false)}
        initialFocus={nameField}
        finalFocus={() => trigger.current?.querySelector("button") ?? null}
      >
        {(making) => <DecoyForm nameField={nameField} making={making} />}
      </SecretDialog>
    </span>
  );
}
