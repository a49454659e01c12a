"use client";

import { useRef, useState } from "react";
import type { BulkChange } from "#components/api-keys/change/bulk-change.ts";
import { keyCount } from "#components/api-keys/list/key-count.ts";
import { useListRef } from "#components/api-keys/list/list-ref.ts";
import type { KeySelection } from "#components/api-keys/list/use-selection.ts";
import { useShortcut } from "#components/frame/use-shortcut.ts";
import { Button } from "#components/ui/button.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { DemandButton, onDemand } from "#components/ui/on-demand.tsx";
import type { Selection } from "#lib/api-keys/model/schema.ts";

const BulkDialog = onDemand(() =>
  import("#components/api-keys/change/bulk-dialog.tsx").then((module) => module.BulkDialog),
);

type Asked = { change: BulkChange; selection: Selection; count: number; times: number };

/**
 * Offers changes of the selected keys. In the markup it precedes the table, so that the keyboard
 * reaches it after "Select all keys on this page". On the screen it floats over the end of the
 * list, so that the rows don't move. Where the text is large, its buttons are one row that scrolls
 * sideways, so that it covers little of the page.
 */
export function SelectionBar({ selection, matching }: { selection: KeySelection; matching: number }) {
  const list = useListRef();
  const bar = useRef<HTMLElement>(null);
  const [asked, setAsked] = useState<Asked>();
  const [open, setOpen] = useState(false);
  const { count } = selection;

  function ask(change: BulkChange) {
    setAsked((before) => ({ change, selection: selection.forServer(), count, times: (before?.times ?? 0) + 1 }));
    setOpen(true);
  }
  function clear() {
    selection.clear();
    list.current?.focus();
  }
  return (
    <>
      <p role="status" className="sr-only">
        {selection.used && `${keyCount(count)} selected`}
      </p>
      {count > 0 && (
        <section
          ref={bar}
          tabIndex={-1}
          aria-label="Selected keys"
          // The bar is always in sight. It must not apply the scroll padding that keeps other
          // elements out from under it to itself.
          className="-scroll-mb-44 **:-scroll-mb-44 sticky bottom-4 z-20 order-last mx-auto flex max-w-full flex-wrap items-center justify-center gap-x-4 gap-y-2 rounded-xl bg-surface p-2 pl-4 shadow-overlay outline-none forced-colors:border print:hidden [@media(max-height:30rem)]:static"
        >
          <ClearByEscape onClear={clear} />
          <p className="font-medium tabular-nums">{keyCount(count)} selected</p>
          <div className="@max-[16rem]:-m-1 contents @max-[16rem]:flex @max-[16rem]:w-full @max-[16rem]:gap-2 @max-[16rem]:overflow-x-auto @max-[16rem]:p-1">
            {!selection.all && selection.wholePage && matching > count && (
              <button
                type="button"
                onClick={() => {
                  selection.selectAll();
                  // The pressed button is gone.
                  bar.current?.focus({ preventScroll: true });
                }}
                className="rounded text-accent-ink underline underline-offset-3 @max-[16rem]:whitespace-nowrap"
              >
                Select all {formatNumber(matching)} that match
              </button>
            )}
            <div className="flex @max-[16rem]:flex-nowrap flex-wrap justify-center gap-2">
              <DemandButton needs={BulkDialog} size="small" onClick={() => ask("revoke")}>
                Revoke
              </DemandButton>
              <DemandButton needs={BulkDialog} size="small" onClick={() => ask("disable")}>
                Disable
              </DemandButton>
              <DemandButton needs={BulkDialog} size="small" onClick={() => ask("enable")}>
                Enable
              </DemandButton>
              <DemandButton needs={BulkDialog} size="small" onClick={() => ask("delete")}>
                Delete
              </DemandButton>
              <Button size="small" variant="quiet" onClick={clear}>
                Clear
              </Button>
            </div>
          </div>
        </section>
      )}
      {asked && (
        <BulkDialog
          key={asked.times}
          {...asked}
          open={open}
          // The focus returns to the button that opened the dialog. If the bar is gone, the list
          // takes it: returned, it would go to the first control in the list.
          finalFocus={() => {
            if (bar.current) return true;
            list.current?.focus({ preventScroll: true });
            return false;
          }}
          onClose={() => setOpen(false)}
          onDone={() => {
            setOpen(false);
            selection.clear();
          }}
        />
      )}
    </>
  );
}

function ClearByEscape({ onClear }: { onClear: () => void }) {
  useShortcut("Escape", onClear);
  return null;
}
