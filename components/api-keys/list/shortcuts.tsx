"use client";

import { useState } from "react";
import { useShortcut } from "#components/api-keys/list/use-shortcut.ts";
import { onDemand, useDemand } from "#components/ui/on-demand.tsx";

const ShortcutsDialog = onDemand(() =>
  import("#components/api-keys/list/shortcuts-dialog.tsx").then((module) => module.ShortcutsDialog),
);

/** Shows the keyboard shortcuts. Each shortcut is defined beside the element that it leads to. */
export function Shortcuts() {
  const [open, setOpen] = useState(false);
  const { demand, failure } = useDemand();
  useShortcut("?", () => demand(ShortcutsDialog, () => setOpen(true)));
  return (
    <>
      <ShortcutsDialog open={open} onClose={() => setOpen(false)} />
      {failure}
    </>
  );
}
