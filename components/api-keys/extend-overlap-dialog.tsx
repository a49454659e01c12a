"use client";

import { Dialog } from "@base-ui/react/dialog";
import { type FormEvent, useRef, useState } from "react";
import type { KeyDialogProps } from "#components/api-keys/key-dialogs.ts";
import { useKeyChange } from "#components/api-keys/use-key-change.ts";
import { Button } from "#components/ui/button.tsx";
import { DialogBody, DialogContent, DialogFooter } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { extendOverlapAction } from "#lib/actions/api-keys.ts";

/** More time for a key that was rotated, when its programs have not all moved. */
export function ExtendOverlapDialog({ apiKey, open, onClose, finalFocus }: KeyDialogProps) {
  const field = useRef<HTMLSelectElement>(null);
  const [overlap, setOverlap] = useState("24h");
  const { change, pending, error } = useKeyChange(onClose);
  function submit(event: FormEvent) {
    event.preventDefault();
    change(() => extendOverlapAction({ id: apiKey.id, overlap }), "Old key extended");
  }
  return (
    <Dialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title={
          <>
            Extend "<bdi>{apiKey.name}</bdi>"
          </>
        }
        description="Its successor has its own end, which this can't outlive."
        width="small"
        initialFocus={field}
        finalFocus={finalFocus}
      >
        <form onSubmit={submit} noValidate className="contents">
          <DialogBody>
            <Field label="The old key ends" error={error}>
              {(tie) => (
                <Select {...tie} ref={field} value={overlap} onChange={(event) => setOverlap(event.target.value)}>
                  <option value="1h">In 1 hour</option>
                  <option value="24h">In 24 hours</option>
                  <option value="7d">In 7 days</option>
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
