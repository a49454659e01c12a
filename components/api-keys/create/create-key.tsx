"use client";

import { Plus } from "lucide-react";
import { createContext, type ReactNode, type RefCallback, useCallback, useContext, useRef, useState } from "react";
import { OpeningDialog } from "#components/api-keys/create/opening-dialog.tsx";
import { createKeyAsk } from "#components/frame/asks.ts";
import { useShortcut } from "#components/frame/use-shortcut.ts";
import { useAsked } from "#components/ui/ask.ts";
import { Button } from "#components/ui/button.tsx";
import { onDemand, onIntent, useDemand, useIdleLoad } from "#components/ui/on-demand.tsx";

const CreateKeyDialog = onDemand(() =>
  import("#components/api-keys/create/create-key-dialog.tsx").then((module) => module.CreateKeyDialog),
);

/** The parts of the dialog that take longest to start. Each is loaded before it, by itself. */
const SCHEMA = { load: () => import("#lib/api-keys/model/schema.ts").then(() => {}) };
const DIALOG = { load: () => import("#components/ui/dialog.tsx").then(() => {}) };

type CreateKeyState = {
  create: () => void;
  open: boolean;
  button: RefCallback<HTMLButtonElement>;
};
const Context = createContext<CreateKeyState>({ create: () => {}, open: false, button: () => {} });

/**
 * Holds the dialog that creates a key. It stands above the list, whose view may change while the
 * dialog is open.
 */
export function CreateKeyProvider({ children }: { children: ReactNode }) {
  const button = useRef<HTMLButtonElement>(null);
  const buttonFocused = useRef(false);
  const earlyField = useRef<HTMLInputElement>(null);
  /** The name that was there when the user pressed Enter. */
  const entered = useRef<string>(undefined);
  const [shown, setShown] = useState<"nothing" | "opening" | "form">("nothing");
  const { demand, failed } = useDemand();
  useIdleLoad(SCHEMA);
  useIdleLoad(DIALOG);
  useIdleLoad(CreateKeyDialog);
  const load = () => void demand(CreateKeyDialog, () => {});
  const onEnter = () => {
    entered.current = earlyField.current?.value;
  };
  const create = () => {
    entered.current = undefined;
    setShown("opening");
    load();
  };
  const close = useCallback(() => setShown("nothing"), []);
  useShortcut("c", create);
  useAsked(createKeyAsk, create);

  /** Moves what the user has typed, and the caret, into the form's own field. Enter sends the form. */
  const takeOver = useCallback((nameField: HTMLInputElement) => {
    const early = earlyField.current;
    // The form returns while the dialog of a new key closes.
    if (!early) return;
    const { value, selectionStart, selectionEnd } = early;
    if (value) nameField.value = value;
    // A field outside of an open modal dialog can't be focused.
    early.closest("dialog")?.close();
    nameField.focus();
    nameField.setSelectionRange(selectionStart, selectionEnd);
    setShown("form");
    // Not if the user typed more, or a draft has another name.
    if (nameField.value === entered.current) nameField.form?.requestSubmit();
  }, []);
  /** Keeps the focus on the button, whose place changes when the list gets its first key. */
  const placeButton = useCallback((placed: HTMLButtonElement) => {
    button.current = placed;
    if (buttonFocused.current) placed.focus();
    return () => {
      buttonFocused.current = document.activeElement === placed;
      button.current = null;
    };
  }, []);
  const open = shown !== "nothing";
  return (
    <Context value={{ create, open, button: placeButton }}>
      {children}
      {shown === "opening" && (
        <OpeningDialog nameField={earlyField} onEnter={onEnter} failed={failed} onRetry={load} onClose={close} />
      )}
      <CreateKeyDialog open={open} onReady={takeOver} onClose={close} finalFocus={button} />
    </Context>
  );
}

export function useCreateKey(): CreateKeyState {
  return useContext(Context);
}

export function CreateKey() {
  const { create, open, button } = useCreateKey();
  return (
    <Button
      {...onIntent(CreateKeyDialog)}
      ref={button}
      variant="primary"
      aria-haspopup="dialog"
      aria-expanded={open}
      onClick={create}
    >
      <Plus aria-hidden className="size-4" />
      Create New API Key
    </Button>
  );
}
