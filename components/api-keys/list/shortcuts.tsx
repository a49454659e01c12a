"use client";

import { useEffect, useState } from "react";
import { isDialogOpen } from "#components/api-keys/list/open-dialog.ts";
import { onDemand, useDemand } from "#components/ui/on-demand.tsx";

/** Marks what a shortcut leads to. */
export const SHORTCUT_TARGETS = { create: "create-key", search: "search-keys" } as const;

const ShortcutsDialog = onDemand(() =>
  import("#components/api-keys/list/shortcuts-dialog.tsx").then((module) => module.ShortcutsDialog),
);

/** Single keys, which do nothing while somebody types or a dialog is open. */
export function Shortcuts() {
  const [open, setOpen] = useState(false);
  const { demand, failure } = useDemand();
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isBusy(event.target)) return;
      if (event.key === "?") demand(ShortcutsDialog, () => setOpen(true));
      else if (event.key === "c") document.getElementById(SHORTCUT_TARGETS.create)?.click();
      else if (event.key === "/") document.getElementById(SHORTCUT_TARGETS.search)?.focus();
      else return;
      event.preventDefault();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [demand]);
  return (
    <>
      <ShortcutsDialog open={open} onClose={() => setOpen(false)} />
      {failure}
    </>
  );
}

function isBusy(target: EventTarget | null): boolean {
  const typing =
    target instanceof HTMLElement && (target.isContentEditable || target.closest("input, textarea, select") !== null);
  return typing || isDialogOpen();
}
