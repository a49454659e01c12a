"use client";

import { createContext, type ReactNode, type RefObject, useCallback, useContext, useRef, useState } from "react";
import type { Row } from "#components/api-keys/change/key-dialog-props.ts";
import { KEY_DIALOGS, type KeyDialog } from "#components/api-keys/change/key-dialogs.ts";
import { useListRef } from "#components/api-keys/list/list-ref.ts";
import { linkAt, type Place, placeOf } from "#components/api-keys/list/row-focus.ts";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

/**
 * Opens a dialog whose code is loaded, for one key or for several, one after the other. The focus
 * returns to `trigger`. If the trigger is gone, it returns to the key's row, to the row that took
 * its place, or to the list.
 */
type OpenKeyDialog = (
  name: KeyDialog,
  apiKey: ListedApiKey | ListedApiKey[],
  trigger: RefObject<HTMLElement | null>,
) => void;
type Opened = { name: KeyDialog; keys: ListedApiKey[]; place: number; open: boolean; times: number };

const OpenKeyDialogContext = createContext<OpenKeyDialog>(() => {});

/**
 * Holds the dialog of one key. It stands above the list and not in a row: the list refreshes while
 * the dialog is open, and a row that leaves the list must not take along a new key that is shown
 * only once.
 */
export function KeyDialogProvider({ keys, children }: { keys: ListedApiKey[]; children: ReactNode }) {
  const list = useListRef();
  const focus = useRef<RefObject<HTMLElement | null>>(undefined);
  const row = useRef<Place>(undefined);
  // The last dialog stays mounted after it closes, so that its closing is animated.
  const [opened, setOpened] = useState<Opened>();
  const open = useCallback<OpenKeyDialog>(
    (name, apiKey, trigger) => {
      focus.current = trigger;
      row.current = placeOf(list.current, trigger.current);
      const keys = [apiKey].flat();
      setOpened((before) => ({ name, keys, place: 0, open: true, times: (before?.times ?? 0) + 1 }));
    },
    [list],
  );
  function finalFocus(): HTMLElement | null {
    const link = list.current && row.current && linkAt(list.current, row.current);
    return focus.current?.current ?? link ?? list.current;
  }
  const close = () => opened && setOpened({ ...opened, open: false });
  const pressed = opened?.keys[opened.place];
  // The page may have been behind the key's last change when the dialog opened.
  const apiKey = keys.find(({ id }) => id === pressed?.id) ?? pressed;
  const Dialog = opened && KEY_DIALOGS[opened.name];
  return (
    <OpenKeyDialogContext value={open}>
      {children}
      {Dialog && apiKey && (
        <Dialog
          key={opened.times}
          apiKey={apiKey}
          open={opened.open}
          row={rowOf(opened, setOpened)}
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

/** Returns the place of the dialog among those of several keys. After the last one it closes. */
function rowOf(opened: Opened, setOpened: (opened: Opened) => void): Row | undefined {
  const { keys, place, times } = opened;
  if (keys.length === 1) return undefined;
  const isLast = place + 1 === keys.length;
  const next = () => setOpened(isLast ? { ...opened, open: false } : { ...opened, place: place + 1, times: times + 1 });
  return { place: place + 1, of: keys.length, next };
}
