"use client";

import { Menu } from "@base-ui/react/menu";
import { ChartNoAxesColumn, Ellipsis, Pencil, RefreshCw, TimerReset, Trash2 } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { DeleteKeyDialog } from "#components/api-keys/delete-key-dialog.tsx";
import { ExtendOverlapDialog } from "#components/api-keys/extend-overlap-dialog.tsx";
import { RenameKeyDialog } from "#components/api-keys/rename-key-dialog.tsx";
import { RevokeKeyDialog } from "#components/api-keys/revoke-key-dialog.tsx";
import { RotateKeyDialog } from "#components/api-keys/rotate-key-dialog.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { MenuContent, MenuItem } from "#components/ui/menu.tsx";
import { useNow } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { keyStatus } from "#lib/api-keys/status.ts";

type OpenDialog = "rename" | "rotate" | "extend" | "revoke" | "delete" | undefined;

/** What can be done with a key: an active one is revoked, and the rest stands in its menu; any other one is deleted. */
export function KeyActions({ apiKey }: { apiKey: ListedApiKey }) {
  const [open, setOpen] = useState<OpenDialog>();
  const active = keyStatus(apiKey, useNow()) === "active";
  const replaced = apiKey.successorId !== null;
  const close = () => setOpen(undefined);
  return (
    <div className="flex items-center justify-end gap-1">
      {active ? (
        <>
          <Button
            size="small"
            aria-label={`${replaced ? "Finish now: revoke" : "Revoke"} ${apiKey.name}`}
            onClick={() => setOpen("revoke")}
          >
            {replaced ? "Finish now" : "Revoke"}
          </Button>
          <Menu.Root>
            <Menu.Trigger
              aria-label={`More actions for ${apiKey.name}`}
              className={buttonClass({ variant: "quiet", size: "icon" })}
            >
              <Ellipsis aria-hidden className="size-4" />
            </Menu.Trigger>
            <MenuContent>
              <MenuItem render={<Link href={`/settings/developer/${apiKey.id}`} />}>
                <ChartNoAxesColumn aria-hidden /> Details
              </MenuItem>
              {replaced ? (
                <MenuItem onClick={() => setOpen("extend")}>
                  <TimerReset aria-hidden /> Extend
                </MenuItem>
              ) : (
                <MenuItem onClick={() => setOpen("rotate")}>
                  <RefreshCw aria-hidden /> Rotate
                </MenuItem>
              )}
              <MenuItem onClick={() => setOpen("rename")}>
                <Pencil aria-hidden /> Rename
              </MenuItem>
              <MenuItem tone="danger" onClick={() => setOpen("delete")}>
                <Trash2 aria-hidden /> Delete
              </MenuItem>
            </MenuContent>
          </Menu.Root>
        </>
      ) : (
        <Button size="small" aria-label={`Delete ${apiKey.name}`} onClick={() => setOpen("delete")}>
          Delete
        </Button>
      )}
      <RenameKeyDialog apiKey={apiKey} open={open === "rename"} onClose={close} />
      <RotateKeyDialog apiKey={apiKey} open={open === "rotate"} onClose={close} />
      <ExtendOverlapDialog apiKey={apiKey} open={open === "extend"} onClose={close} />
      <RevokeKeyDialog apiKey={apiKey} open={open === "revoke"} onClose={close} />
      <DeleteKeyDialog apiKey={apiKey} active={active} open={open === "delete"} onClose={close} />
    </div>
  );
}
