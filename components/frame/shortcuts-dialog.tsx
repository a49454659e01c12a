"use client";

import { Dialog } from "@base-ui/react/dialog";
import { Button } from "#components/ui/button.tsx";
import { DialogBody, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";

const SHORTCUTS = [
  ["⌘K or Ctrl K", "Command menu"],
  ["c", "Create a key"],
  ["/", "Search keys"],
  ["Esc", "Clear the selection"],
  ["?", "Show this list"],
] as const;

export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
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
