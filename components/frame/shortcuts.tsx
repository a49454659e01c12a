"use client";

import { useState } from "react";
import { paletteAsk, shortcutsAsk } from "#components/frame/asks.ts";
import { useShortcut } from "#components/frame/use-shortcut.ts";
import { useAsked } from "#components/ui/ask.ts";
import { onDemand, useDemand } from "#components/ui/on-demand.tsx";

const ShortcutsDialog = onDemand(() =>
  import("#components/frame/shortcuts-dialog.tsx").then((module) => module.ShortcutsDialog),
);

const CommandPalette = onDemand(() =>
  import("#components/frame/command-palette.tsx").then((module) => module.CommandPalette),
);

/**
 * Opens the command palette and the list of keyboard shortcuts. The other shortcuts are defined
 * beside the elements that they lead to.
 */
export function Shortcuts() {
  const [open, setOpen] = useState<"palette" | "shortcuts">();
  const { demand, failure } = useDemand();
  const close = () => setOpen(undefined);
  const showPalette = () => demand(CommandPalette, () => setOpen("palette"));
  const showShortcuts = () => demand(ShortcutsDialog, () => setOpen("shortcuts"));
  useShortcut("k", showPalette, { withCommand: true });
  useShortcut("?", showShortcuts);
  useAsked(paletteAsk, showPalette);
  useAsked(shortcutsAsk, showShortcuts);
  return (
    <>
      <CommandPalette open={open === "palette"} onClose={close} />
      <ShortcutsDialog open={open === "shortcuts"} onClose={close} />
      {failure}
    </>
  );
}
