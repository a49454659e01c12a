"use client";

import { useRef } from "react";
import { useOpenKeyDialog } from "#components/api-keys/change/key-dialog-provider.tsx";
import { KEY_DIALOGS } from "#components/api-keys/change/key-dialogs.ts";
import { MenuButton } from "#components/ui/menu-button.tsx";
import { DemandButton, onDemand, useDemand } from "#components/ui/on-demand.tsx";
import { RowIcon } from "#components/ui/row-icon.tsx";
import { useNow } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { isLiveKey } from "#lib/api-keys/model/status.ts";

const KeyMenu = onDemand(() => import("#components/api-keys/change/key-menu.tsx").then((module) => module.KeyMenu));

const END_WORDS = { revoke: "Revoke", endOld: "End old key" };

type Props = {
  apiKey: ListedApiKey;
  /** In the list the menu links to the key's page, and the buttons are quiet. */
  inList: boolean;
};

/** Offers to revoke a live key, and everything else in a menu. */
export function KeyActions({ apiKey, inList }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const menuButton = useRef<HTMLButtonElement>(null);
  const openDialog = useOpenKeyDialog();
  const { demand, pending, failure } = useDemand();
  const live = isLiveKey(apiKey, useNow());
  const old = apiKey.successorId !== null;
  const end = old ? "endOld" : "revoke";
  const endWords = END_WORDS[end];
  return (
    <div className="flex items-center justify-end gap-1 noscript:hidden">
      {/* In the list, the line below an old key has the button. */}
      {live && !(old && inList) && (
        <DemandButton
          ref={button}
          needs={KEY_DIALOGS[end]}
          variant={inList ? "quiet" : "secondary"}
          size="small"
          className={inList ? "key-action max-lg:size-8 max-lg:px-0" : ""}
          aria-label={`${endWords} ${apiKey.name}`}
          onClick={() => openDialog(end, apiKey, button)}
        >
          {inList && <RowIcon name="ban" className="size-4 lg:hidden" />}
          <span className={inList ? "max-lg:hidden" : ""}>{endWords}</span>
        </DemandButton>
      )}
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
            withDetails={inList}
            onChoose={(name) => demand(KEY_DIALOGS[name], () => openDialog(name, apiKey, menuButton))}
          />
        )}
      >
        <RowIcon name="ellipsis" className="size-4" />
      </MenuButton>
      {failure}
    </div>
  );
}
