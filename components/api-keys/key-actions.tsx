"use client";

import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { KEY_DIALOGS, type KeyDialog } from "#components/api-keys/key-dialogs.ts";
import { MenuButton } from "#components/ui/menu-button.tsx";
import { DemandButton, onDemand, useDemand } from "#components/ui/on-demand.tsx";
import { useNow } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { keyStatus } from "#lib/api-keys/status.ts";

const KeyMenu = onDemand(() => import("#components/api-keys/key-menu.tsx").then((module) => module.KeyMenu));

/** What can be done with a key: an active one is revoked, and the rest stands in its menu; any other one is deleted. */
export function KeyActions({ apiKey }: { apiKey: ListedApiKey }) {
  // The dialog that was opened last stays, so that it can close in its own way.
  const [dialog, setDialog] = useState<{ name: KeyDialog; open: boolean }>();
  const { demand, pending, failure } = useDemand();
  const active = keyStatus(apiKey, useNow()) === "active";
  const replaced = apiKey.successorId !== null;
  const Dialog = dialog && KEY_DIALOGS[dialog.name];
  const open = (name: KeyDialog) => setDialog({ name, open: true });
  return (
    <div className="flex items-center justify-end gap-1">
      {active ? (
        <>
          <DemandButton
            needs={KEY_DIALOGS.revoke}
            size="small"
            aria-label={`${replaced ? "Finish now: revoke" : "Revoke"} ${apiKey.name}`}
            onClick={() => open("revoke")}
          >
            {replaced ? "Finish now" : "Revoke"}
          </DemandButton>
          <MenuButton
            needs={KeyMenu}
            pending={pending}
            variant="quiet"
            size="icon"
            aria-label={`More actions for ${apiKey.name}`}
            menu={(pressed) => (
              <KeyMenu
                pressed={pressed}
                apiKey={apiKey}
                onChoose={(name) => demand(KEY_DIALOGS[name], () => open(name))}
              />
            )}
          >
            <Ellipsis aria-hidden className="size-4" />
          </MenuButton>
          {failure}
        </>
      ) : (
        <DemandButton
          needs={KEY_DIALOGS.delete}
          size="small"
          aria-label={`Delete ${apiKey.name}`}
          onClick={() => open("delete")}
        >
          Delete
        </DemandButton>
      )}
      {Dialog && <Dialog apiKey={apiKey} open={dialog.open} onClose={() => setDialog({ ...dialog, open: false })} />}
    </div>
  );
}
