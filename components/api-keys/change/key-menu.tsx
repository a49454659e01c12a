"use client";

import { ChartNoAxesColumn, Pencil, RefreshCw, TimerReset, Trash2 } from "lucide-react";
import Link from "next/link";
import { KEY_DIALOGS, type KeyDialog } from "#components/api-keys/change/key-dialogs.ts";
import { MenuItem, PressedMenu } from "#components/ui/menu.tsx";
import type { PressedButton } from "#components/ui/menu-button.tsx";
import { onIntent } from "#components/ui/on-demand.tsx";
import { noteNavigation } from "#components/ui/page-change.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

type Props = {
  pressed: PressedButton;
  apiKey: ListedApiKey;
  withDetails: boolean;
  onChoose: (dialog: KeyDialog) => void;
};

export function KeyMenu({ pressed, apiKey, withDetails, onChoose }: Props) {
  const to = (dialog: KeyDialog) => ({ ...onIntent(KEY_DIALOGS[dialog]), onClick: () => onChoose(dialog) });
  return (
    <PressedMenu {...pressed}>
      {withDetails && (
        <MenuItem
          render={<Link href={`/settings/developer/${apiKey.id}`} prefetch={false} onNavigate={noteNavigation} />}
        >
          <ChartNoAxesColumn aria-hidden /> Details
        </MenuItem>
      )}
      {apiKey.successorId ? (
        <MenuItem {...to("extend")}>
          <TimerReset aria-hidden /> Extend
        </MenuItem>
      ) : (
        <MenuItem {...to("rotate")}>
          <RefreshCw aria-hidden /> Rotate
        </MenuItem>
      )}
      <MenuItem {...to("rename")}>
        <Pencil aria-hidden /> Rename
      </MenuItem>
      <MenuItem tone="danger" {...to("delete")}>
        <Trash2 aria-hidden /> Delete
      </MenuItem>
    </PressedMenu>
  );
}
