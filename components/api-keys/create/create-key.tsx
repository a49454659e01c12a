"use client";

import { Plus } from "lucide-react";
import { createContext, type ReactNode, type RefObject, useContext, useRef, useState } from "react";
import { createKeyAsk } from "#components/frame/asks.ts";
import { useShortcut } from "#components/frame/use-shortcut.ts";
import { useAsked } from "#components/ui/ask.ts";
import { Button } from "#components/ui/button.tsx";
import { onDemand, onIntent, useDemand } from "#components/ui/on-demand.tsx";

const CreateKeyDialog = onDemand(() =>
  import("#components/api-keys/create/create-key-dialog.tsx").then((module) => module.CreateKeyDialog),
);

type CreateKeyState = {
  create: () => void;
  pending: boolean;
  open: boolean;
  button: RefObject<HTMLButtonElement | null>;
};
const Context = createContext<CreateKeyState>({
  create: () => {},
  pending: false,
  open: false,
  button: { current: null },
});

/**
 * Holds the dialog that creates a key. It stands above the list, whose view may change while the
 * dialog is open.
 */
export function CreateKeyProvider({ children }: { children: ReactNode }) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const { demand, pending, failure } = useDemand();
  const create = () => demand(CreateKeyDialog, () => setOpen(true));
  useShortcut("c", create);
  useAsked(createKeyAsk, create);
  return (
    <Context value={{ create, pending, open, button }}>
      {children}
      <CreateKeyDialog open={open} onClose={() => setOpen(false)} finalFocus={button} />
      {failure}
    </Context>
  );
}

export function useCreateKey(): CreateKeyState {
  return useContext(Context);
}

export function CreateKey() {
  const { create, pending, open, button } = useCreateKey();
  return (
    <Button
      {...onIntent(CreateKeyDialog)}
      ref={button}
      variant="primary"
      pending={pending}
      aria-haspopup="dialog"
      aria-expanded={open}
      onClick={create}
    >
      <Plus aria-hidden className="size-4" />
      Create New API Key
    </Button>
  );
}
