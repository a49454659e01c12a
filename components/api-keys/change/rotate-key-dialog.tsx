"use client";

import { Dialog } from "@base-ui/react/dialog";
import { type FormEvent, type ReactNode, type RefObject, useRef, useState } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { KEY_PROBLEMS } from "#components/api-keys/change/key-problems.ts";
import { UsageSummary } from "#components/api-keys/change/usage-summary.tsx";
import { useNameConfirmation } from "#components/api-keys/change/use-name-confirmation.tsx";
import { NO_ROOM } from "#components/api-keys/create/no-room.tsx";
import { type Make, SecretDialog } from "#components/api-keys/save/secret-dialog.tsx";
import { failureWords } from "#components/frame/action-failure.tsx";
import { failureProblems } from "#components/frame/form-problems.ts";
import { Button } from "#components/ui/button.tsx";
import { DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { Select } from "#components/ui/select.tsx";
import { exactTime, useNow } from "#components/ui/time.tsx";
import { rotateApiKeyAction } from "#lib/actions/api-keys.ts";
import { type Overlap, overlapEnd } from "#lib/api-keys/model/overlap-end.ts";

const LABELS: Record<Overlap, string> = {
  now: "Immediately",
  "1h": "1 hour",
  "24h": "24 hours",
  "7d": "7 days",
  on_use: "When the new key is used",
};
const HINTS: Record<Overlap, string> = {
  now: "Requests with the old key will start failing at once.",
  "1h": "Both keys work for an hour.",
  "24h": "Both keys work for a day.",
  "7d": "Both keys work for a week.",
  on_use:
    "The old key ends 24 hours after the first successful request with the new one, and after 30 days at the latest.",
};
const PROBLEMS = {
  ...KEY_PROBLEMS,
  ...NO_ROOM,
  not_active: { form: "This key has ended, so there is nothing to replace. Create a new one instead." },
  already_rotated: { form: "This key was rotated already. Its successor is in your list." },
};

export function RotateKeyDialog({ apiKey, open, onClose, finalFocus }: KeyDialogProps) {
  const field = useRef<HTMLSelectElement>(null);
  return (
    <SecretDialog
      title={
        <>
          Rotate "<bdi>{apiKey.name}</bdi>"
        </>
      }
      description="Makes a new key with the same name, environment and expiry, and lets the old one work until your programs have moved."
      open={open}
      onClose={onClose}
      initialFocus={field}
      finalFocus={finalFocus}
    >
      {(making) => <RotateForm apiKey={apiKey} field={field} making={making} />}
    </SecretDialog>
  );
}

const TEST_NOTE = "A test request is a first use, too: the old key ends 24 hours after it.";

type FormProps = Pick<KeyDialogProps, "apiKey"> & {
  field: RefObject<HTMLSelectElement | null>;
  making: Make;
};

function RotateForm({ apiKey, field, making: { pending, make } }: FormProps) {
  const confirmation = useNameConfirmation(apiKey);
  const [overlap, setOverlap] = useState<Overlap>("24h");
  const [error, setError] = useState<ReactNode>();
  function submit(event: FormEvent) {
    event.preventDefault();
    if (overlap === "now" && !confirmation.confirm()) return;
    setError(undefined);
    make(async () => {
      try {
        const rotated = await rotateApiKeyAction({ id: apiKey.id, overlap });
        if (rotated.ok) return { ...rotated.value, testNote: overlap === "on_use" ? TEST_NOTE : undefined };
        setError(failureProblems(rotated, PROBLEMS).form);
      } catch (error) {
        setError(failureWords(error, "Check your list first: the key may have been rotated."));
      }
    });
  }
  return (
    <form onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <Field label="The old key ends" hint={<Hint apiKey={apiKey} overlap={overlap} />}>
          {(tie) => (
            <Select
              {...tie}
              ref={field}
              value={overlap}
              onChange={(event) => setOverlap(event.target.value as Overlap)}
            >
              {Object.entries(LABELS).map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {overlap === "now" && (
          <>
            <UsageSummary apiKey={apiKey} />
            {confirmation.field}
          </>
        )}
        <FormAlert>{error}</FormAlert>
      </DialogBody>
      <DialogFooter>
        <Dialog.Close disabled={pending} render={<Button>Cancel</Button>} />
        <Button type="submit" variant="primary" pending={pending}>
          Rotate key
        </Button>
      </DialogFooter>
    </form>
  );
}

/**
 * Says when the old key ends. If the old key expires before the overlap is over, its successor
 * expires with it.
 */
function Hint({ apiKey: { nextExpiresAt }, overlap }: Pick<KeyDialogProps, "apiKey"> & { overlap: Overlap }) {
  const now = useNow();
  if (!nextExpiresAt || overlapEnd(overlap, nextExpiresAt, now) < nextExpiresAt) return HINTS[overlap];
  const when = exactTime(nextExpiresAt);
  return overlap === "on_use"
    ? `The old key ends 24 hours after the first successful request with the new one, and at the latest on ${when}, when both expire.`
    : `Both keys work until they expire on ${when}.`;
}
