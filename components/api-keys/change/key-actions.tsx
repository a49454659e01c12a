"use client";

import { Ellipsis } from "lucide-react";
import { useRef } from "react";
import { useOpenKeyDialog } from "#components/api-keys/change/key-dialog-provider.tsx";
import { KEY_DIALOGS } from "#components/api-keys/change/key-dialogs.ts";
import { MenuButton } from "#components/ui/menu-button.tsx";
import { DemandButton, onDemand, useDemand } from "#components/ui/on-demand.tsx";
import { useNow } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { keyStatus } from "#lib/api-keys/model/status.ts";

const KeyMenu = onDemand(() => import("#components/api-keys/change/key-menu.tsx").then((module) => module.KeyMenu));

type Props = {
  apiKey: ListedApiKey;
  /** Adds a link to the key's page to the menu. */
  withDetails: boolean;
};

/** Offers to revoke an active key, with everything else in a menu, and to delete any other key. */
export function KeyActions({ apiKey, withDetails }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const menuButton = useRef<HTMLButtonElement>(null);
  const openDialog = useOpenKeyDialog();
  const { demand, pending, failure } = useDemand();
  const active = keyStatus(apiKey, useNow()) === "active";
  const replaced = apiKey.successorId !== null;
  return (
    <div className="flex items-center justify-end gap-1 noscript:hidden">
      {active ? (
        <>
          <DemandButton
            ref={button}
            needs={KEY_DIALOGS.revoke}
            size="small"
            aria-label={`${replaced ? "Finish now: revoke" : "Revoke"} ${apiKey.name}`}
            onClick={() => openDialog("revoke", apiKey, button)}
          >
            {replaced ? "Finish now" : "Revoke"}
          </DemandButton>
          <MenuButton
            ref={menuButton}
            needs={KeyMenu}
            pending={pending}
            variant="quiet"
            size="icon"
            aria-label={`More actions for ${apiKey.name}`}
            menu={(pressed) => (
              <KeyMenu
                pressed={pressed}
                apiKey={apiKey}
                withDetails={withDetails}
                onChoose={(name) => demand(KEY_DIALOGS[name], () => openDialog(name, apiKey, menuButton))}
              />
            )}
          >
            <Ellipsis aria-hidden className="size-4" />
          </MenuButton>
          {failure}
        </>
      ) : (
        <DemandButton
          ref={button}
          needs={KEY_DIALOGS.delete}
          size="small"
          aria-label={`Delete ${apiKey.name}`}
          onClick={() => openDialog("delete", apiKey, button)}
        >
          Delete
        </DemandButton>
      )}
    </div>
  );
}
