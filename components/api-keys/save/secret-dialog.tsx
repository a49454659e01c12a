"use client";

import { Dialog } from "@base-ui/react/dialog";
import { type ComponentProps, type ReactNode, type RefObject, useRef, useState, useTransition } from "react";
import { useSafeRefresh } from "#components/api-keys/list/use-safe-refresh.ts";
import { useApiAddress } from "#components/api-keys/save/api-address.tsx";
import { SavedKey } from "#components/api-keys/save/saved-key.tsx";
import { UnsavedKeyQuestion } from "#components/api-keys/save/unsaved-key-question.tsx";
import { useAskBeforeLeaving } from "#components/api-keys/save/use-ask-before-leaving.ts";
import { DialogContent } from "#components/ui/dialog.tsx";
import type { ApiKey } from "#lib/api-keys/key-columns.ts";

const SAVE_KEY = {
  title: "Save your API key",
  description: "You won't be able to see it again. Copy it now and keep it like a password.",
};
const SAVE_DECOY = { title: "Save your decoy key", description: "You won't be able to see it again. Copy it now." };

export type Made = { key: ApiKey; secret: string; testNote?: string };
/**
 * Makes a key; the form stays if `work` returns none. It runs once at a time, and the dialog can't
 * be closed meanwhile.
 */
export type Make = { pending: boolean; make: (work: () => Promise<Made | undefined>) => void };

type Props = {
  title: ReactNode;
  description?: ReactNode;
  open: boolean;
  onClose: () => void;
  initialFocus: RefObject<HTMLElement | null>;
  finalFocus?: ComponentProps<typeof DialogContent>["finalFocus"];
  /** The form that makes the key. */
  children: (making: Make) => ReactNode;
};

/** Shows a form and then the key that it made, once. Nothing outside the dialog holds the key. */
export function SecretDialog({ title, description, open, onClose, initialFocus, finalFocus, children }: Props) {
  const refresh = useSafeRefresh();
  const apiUrl = useApiAddress();
  const [made, setMade] = useState<Made>();
  const [kept, setKept] = useState(false);
  const [asking, setAsking] = useState(false);
  const [pending, startTransition] = useTransition();
  // A ref, because a second submit can come before the first one's state renders. It must not make
  // a second key.
  const making = useRef(false);
  const keyField = useRef<HTMLInputElement>(null);
  const unkept = made !== undefined && !kept;
  useAskBeforeLeaving(pending || unkept, () => unkept && setAsking(true));

  function make(work: () => Promise<Made | undefined>) {
    if (making.current) return;
    making.current = true;
    startTransition(async () => {
      setMade(
        await work().finally(() => {
          making.current = false;
        }),
      );
    });
  }
  function close() {
    setAsking(false);
    onClose();
    if (made) void refresh();
    setMade(undefined);
    setKept(false);
  }
  /**
   * Keeps Escape and clicks outside from losing the key. While the key is being made, nothing
   * closes the dialog; until the key is copied, downloaded or tested, closing asks first.
   */
  function requestClose() {
    if (making.current) return;
    if (unkept) setAsking(true);
    else close();
  }
  const words = made && (made.key.decoy ? SAVE_DECOY : SAVE_KEY);
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && requestClose()}>
      <DialogContent
        title={words?.title ?? title}
        description={words?.description ?? description}
        width={made ? "large" : "medium"}
        initialFocus={initialFocus}
        finalFocus={finalFocus}
      >
        {made ? (
          <SavedKey
            apiKey={made.key}
            secret={made.secret}
            apiUrl={apiUrl}
            testNote={made.testNote}
            field={keyField}
            onKept={() => setKept(true)}
            onDone={requestClose}
          />
        ) : (
          children({ pending, make })
        )}
        {made && (
          <UnsavedKeyQuestion
            apiKey={made.key}
            open={asking}
            onOpenChange={setAsking}
            onClose={close}
            keyField={keyField}
          />
        )}
      </DialogContent>
    </Dialog.Root>
  );
}
