"use client";

import { Dialog } from "@base-ui/react/dialog";
import { type FormEvent, useRef, useState } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { Button } from "#components/ui/button.tsx";
import { DialogBody, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { exactTime } from "#components/ui/time.tsx";
import { extendOverlapAction } from "#lib/actions/api-keys.ts";
import { type Extension, extendedEnd } from "#lib/api-keys/model/extended-end.ts";

const LABELS: Record<Extension, string> = { "1h": "1 hour", "24h": "24 hours", "7d": "7 days" };

/** Gives a rotated key more time, for programs that have not moved to its successor yet. */
export function ExtendOverlapDialog({ apiKey, open, onClose, finalFocus }: KeyDialogProps) {
  const field = useRef<HTMLSelectElement>(null);
  const [by, setBy] = useState<Extension>("24h");
  const { change, pending, error } = useKeyChange(onClose);
  function submit(event: FormEvent) {
    event.preventDefault();
    change(() => extendOverlapAction({ id: apiKey.id, by }), "Old key extended");
  }
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title={
          <>
            Extend "<bdi>{apiKey.name}</bdi>"
          </>
        }
        description="The time is added to the end that the old key has now, up to its successor's own end."
        width="small"
        initialFocus={field}
        finalFocus={finalFocus}
      >
        <form onSubmit={submit} noValidate className="contents">
          <DialogBody>
            <Field label="Extend by" hint={<NewEnd apiKey={apiKey} by={by} />} error={error}>
              {(tie) => (
                <Select {...tie} ref={field} value={by} onChange={(event) => setBy(event.target.value as Extension)}>
                  {Object.entries(LABELS).map(([value, label]) => (
                    <option key={value} value={value}>
                      {label}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          </DialogBody>
          <DialogFooter>
            <Dialog.Close render={<Button>Cancel</Button>} />
            <Button type="submit" variant="primary" pending={pending}>
              Extend
            </Button>
          </DialogFooter>
        </form>
      </DialogContent>
    </Dialog.Root>
  );
}

/** Says when the key will end. */
function NewEnd({ apiKey, by }: Pick<KeyDialogProps, "apiKey"> & { by: Extension }) {
  const { expiresAt, successorExpiresAt, endsOnUse } = apiKey;
  const end = expiresAt && extendedEnd(expiresAt, by, successorExpiresAt);
  if (!expiresAt || !end) return "It ends with its successor already, so there is nothing to extend.";
  const when = `${exactTime(end)} instead of ${exactTime(expiresAt)}`;
  return endsOnUse
    ? `It still expires 24 hours after the new key is first used, and now at the latest on ${when}.`
    : `It will end on ${when}.`;
}
