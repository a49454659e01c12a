"use client";

import { Dialog } from "@base-ui/react/dialog";
import { useEffect, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { DialogBody, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";

/** Marks what a shortcut leads to. */
export const SHORTCUT_TARGETS = { create: "create-key", search: "search-keys" } as const;

const SHORTCUTS = [
  ["c", "Create a key"],
  ["/", "Search"],
  ["?", "Show this list"],
] as const;

/** Single keys, which do nothing while somebody types or a dialog is open. */
export function Shortcuts() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (event.metaKey || event.ctrlKey || event.altKey || event.defaultPrevented || isBusy(event.target)) return;
      if (event.key === "?") setOpen(true);
      else if (event.key === "c") document.getElementById(SHORTCUT_TARGETS.create)?.click();
      else if (event.key === "/") document.getElementById(SHORTCUT_TARGETS.search)?.focus();
      else return;
      event.preventDefault();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <DialogContent title="Keyboard shortcuts" width="small">
        <DialogBody>
          <dl className="flex flex-col gap-2">
            {SHORTCUTS.map(([key, meaning]) => (
              <div key={key} className="flex items-center justify-between">
                <dt>{meaning}</dt>
                <dd>
                  <kbd className="rounded-md border border-line bg-sunken px-2 py-0.5 font-mono text-[0.8125rem]">
                    {key}
                  </kbd>
                </dd>
              </div>
            ))}
          </dl>
        </DialogBody>
        <DialogFooter>
          <Dialog.Close render={<Button>Close</Button>} />
        </DialogFooter>
      </DialogContent>
    </Dialog.Root>
  );
}

function isBusy(target: EventTarget | null): boolean {
  const typing =
    target instanceof HTMLElement && (target.isContentEditable || target.closest("input, textarea, select") !== null);
  return typing || document.querySelector("[role=dialog], [role=alertdialog], [role=menu]") !== null;
}
