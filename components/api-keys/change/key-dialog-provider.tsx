"use client";

import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from "react";
import { KEY_DIALOGS, type KeyDialog } from "#components/api-keys/change/key-dialogs.ts";
import { focusOnList } from "#components/api-keys/list/focus-on-list.ts";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

/** Opens a dialog whose code is there; the focus returns to `trigger`. */
type OpenKeyDialog = (name: KeyDialog, apiKey: ListedApiKey, trigger: HTMLElement | null) => void;
type Opened = { name: KeyDialog; apiKey: ListedApiKey; open: boolean; times: number };

const OpenKeyDialogContext = createContext<OpenKeyDialog>(() => {});

/**
 * The dialog of one key, above the list and not in its row: the list is read again while the dialog is open, and a row that has left
 * it must not take a new key along that is shown this once.
 */
export function KeyDialogProvider({ children }: { children: ReactNode }) {
  // The dialog that was opened last stays, so that it can close in its own way.
  const [opened, setOpened] = useState<Opened>();
  const focus = useRef<HTMLElement>(null);
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
            // Its buttons will be others, or it will have left the list.
            focus.current = null;
            close();
          }}
          finalFocus={() => (focus.current?.isConnected ? focus.current : focusOnList())}
        />
      )}
    </OpenKeyDialogContext>
  );
}

export function useOpenKeyDialog(): OpenKeyDialog {
  return useContext(OpenKeyDialogContext);
}
