"use client";

import {
  CalendarClock,
  ChartNoAxesColumn,
  CirclePause,
  CirclePlay,
  CircleStop,
  Copy,
  ListChecks,
  type LucideIcon,
  Pencil,
  RefreshCw,
  StickyNote,
  TimerReset,
  Trash2,
} from "lucide-react";
import { KEY_DIALOGS, type KeyDialog } from "#components/api-keys/change/key-dialogs.ts";
import { copyText } from "#components/ui/copy.ts";
import { Link } from "#components/ui/link.tsx";
import { MenuItem, PressedMenu } from "#components/ui/menu.tsx";
import type { PressedButton } from "#components/ui/menu-button.tsx";
import { onIntent } from "#components/ui/on-demand.tsx";
import { useNow } from "#components/ui/time.tsx";
import { announce } from "#components/ui/toast.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { isLiveKey } from "#lib/api-keys/model/status.ts";

type Props = {
  pressed: PressedButton;
  apiKey: ListedApiKey;
  withDetails: boolean;
  onChoose: (dialog: KeyDialog) => void;
};

/** The same menu for every key, with the items that apply to it. */
export function KeyMenu({ pressed, apiKey, withDetails, onChoose }: Props) {
  const live = isLiveKey(apiKey, useNow());
  const old = live && apiKey.successorId !== null;
  const item = (dialog: KeyDialog, Icon: LucideIcon, words: string, tone?: "danger") => (
    <MenuItem tone={tone} {...onIntent(KEY_DIALOGS[dialog])} onClick={() => onChoose(dialog)}>
      <Icon aria-hidden /> {words}
    </MenuItem>
  );
  async function copyId(within: Element) {
    const copied = await copyText(apiKey.id, within);
    announce(copied ? `Copied the ID of "${apiKey.name}"` : `The ID could not be copied. It is ${apiKey.id}`);
  }
  return (
    <PressedMenu {...pressed}>
      {withDetails && (
        <MenuItem render={<Link href={`/settings/developer/${apiKey.id}`} />}>
          <ChartNoAxesColumn aria-hidden /> Details
        </MenuItem>
      )}
      {item("rename", Pencil, "Rename")}
      {item("note", StickyNote, "Edit note")}
      {old && !apiKey.revokesAt && item("extend", TimerReset, "Extend")}
      {old && item("endOld", CircleStop, "End old key")}
      {live && !old && !apiKey.disabledAt && item("rotate", RefreshCw, "Rotate")}
      {live && !old && !apiKey.revokesAt && item("editExpiry", CalendarClock, "Edit expiry")}
      {live && item("restrict", ListChecks, "Edit permissions")}
      {live && (apiKey.disabledAt ? item("enable", CirclePlay, "Enable") : item("disable", CirclePause, "Disable"))}
      <MenuItem onClick={({ currentTarget }) => void copyId(currentTarget.parentElement ?? document.body)}>
        <Copy aria-hidden /> Copy key ID
      </MenuItem>
      {item("delete", Trash2, "Delete", "danger")}
    </PressedMenu>
  );
}
