"use client";

import { createContext, type ReactNode, type RefObject, useCallback, useContext, useRef, useState } from "react";
import { KEY_DIALOGS, type KeyDialog } from "#components/api-keys/change/key-dialogs.ts";
import { useListRef } from "#components/api-keys/list/list-ref.ts";
import { linkAt, type Place, placeOf } from "#components/api-keys/list/row-focus.ts";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

/**
 * Opens a dialog whose code is loaded. The focus returns to `trigger`. If the trigger is gone, it
 * returns to the key's row, to the row that took its place, or to the list.
 */
type OpenKeyDialog = (name: KeyDialog, apiKey: ListedApiKey, trigger: RefObject<HTMLElement | null>) => void;
type Opened = { name: KeyDialog; apiKey: ListedApiKey; open: boolean; times: number };

const OpenKeyDialogContext = createContext<OpenKeyDialog>(() => {});

/**
 * Holds the dialog of one key. It stands above the list and not in a row: the list refreshes while
 * the dialog is open, and a row that leaves the list must not take along a new key that is shown
 * only once.
 */
export function KeyDialogProvider({ children }: { children: ReactNode }) {
  const list = useListRef();
  const focus = useRef<RefObject<HTMLElement | null>>(undefined);
  const place = useRef<Place>(undefined);
  // The last dialog stays mounted after it closes, so that its closing is animated.
  const [opened, setOpened] = useState<Opened>();
  const open = useCallback<OpenKeyDialog>(
    (name, apiKey, trigger) => {
      focus.current = trigger;
      place.current = placeOf(list.current, trigger.current);
      setOpened((before) => ({ name, apiKey, open: true, times: (before?.times ?? 0) + 1 }));
    },
    [list],
  );
  function finalFocus(): HTMLElement | null {
    const row = list.current && place.current && linkAt(list.current, place.current);
    return focus.current?.current ?? row ?? list.current;
  }
  const close = () => opened && setOpened({ ...opened, open: false });
  const Dialog = opened && KEY_DIALOGS[opened.name];
  return (
    <OpenKeyDialogContext value={open}>
      {children}
      {Dialog && (
        <Dialog
          key={opened.times}
          apiKey={opened.apiKey}
          open={opened.open}
          onClose={close}
          onEnded={() => {
            // The key's row gets other buttons, or leaves the list.
            focus.current = undefined;
            close();
          }}
          finalFocus={finalFocus}
        />
      )}
    </OpenKeyDialogContext>
  );
}

export function useOpenKeyDialog(): OpenKeyDialog {
  return useContext(OpenKeyDialogContext);
}
