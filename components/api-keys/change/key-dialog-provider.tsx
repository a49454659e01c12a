"use client";

import { createContext, type ReactNode, type RefObject, useCallback, useContext, useRef, useState } from "react";
import { KEY_DIALOGS, type KeyDialog } from "#components/api-keys/change/key-dialogs.ts";
import { useListRef } from "#components/api-keys/list/list-ref.ts";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

/**
 * Opens a dialog whose code is loaded. The focus returns to `trigger`, or to the list if the
 * trigger is gone.
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
  const focus = useRef(list);
  // The last dialog stays mounted after it closes, so that its closing is animated.
  const [opened, setOpened] = useState<Opened>();
  const open = useCallback<OpenKeyDialog>((name, apiKey, trigger) => {
    focus.current = trigger;
    setOpened((before) => ({ name, apiKey, open: true, times: (before?.times ?? 0) + 1 }));
  }, []);
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
            focus.current = list;
            close();
          }}
          finalFocus={() => focus.current.current ?? list.current}
        />
      )}
    </OpenKeyDialogContext>
  );
}

export function useOpenKeyDialog(): OpenKeyDialog {
  return useContext(OpenKeyDialogContext);
}
