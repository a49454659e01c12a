"use client";

import { AlertDialog } from "@base-ui/react/alert-dialog";
import { type FormEvent, type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { type BulkChange, changedKeys } from "#components/api-keys/change/bulk-change.ts";
import { BulkUsageSummary } from "#components/api-keys/change/bulk-usage-summary.tsx";
import { undoRemoval } from "#components/api-keys/change/undo-removal.ts";
import { useKeyChange } from "#components/api-keys/change/use-key-change.ts";
import { keyCount } from "#components/api-keys/list/key-count.ts";
import { failureWords } from "#components/frame/action-failure.tsx";
import { Button } from "#components/ui/button.tsx";
import { AlertDialogContent, DialogBody, DialogFooter } from "#components/ui/dialog.tsx";
import { TextField } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { Spinner } from "#components/ui/spinner.tsx";
import {
  deleteApiKeysAction,
  disableApiKeysAction,
  enableApiKeysAction,
  readBulkEvidenceAction,
  revokeApiKeysAction,
} from "#lib/actions/api-keys.ts";
import type { UsageSummary as Summary } from "#lib/api-keys/bulk.ts";
import type { Selection } from "#lib/api-keys/model/schema.ts";

const WORDS = {
  revoke: { verb: "Revoke", done: "revoked", action: revokeApiKeysAction },
  disable: { verb: "Disable", done: "disabled", action: disableApiKeysAction },
  enable: { verb: "Enable", done: "enabled", action: enableApiKeysAction },
  delete: { verb: "Delete", done: "removed from the list", action: deleteApiKeysAction },
};

type Props = {
  change: BulkChange;
  selection: Selection;
  /** The number of selected keys, shown until the server has counted them. */
  count: number;
  open: boolean;
  onClose: () => void;
  onDone: () => void;
  finalFocus: () => HTMLElement | boolean | null;
};

/** Confirms one change of many keys and shows the usage summary first. */
export function BulkDialog({ change: kind, selection, count, open, onClose, onDone, finalFocus }: Props) {
  const cancel = useRef<HTMLButtonElement>(null);
  const [summary, setSummary] = useState<Summary>();
  const [failure, setFailure] = useState<ReactNode>();
  const [typed, setTyped] = useState("");
  const [mismatch, setMismatch] = useState(false);
  const { change, pending, error } = useKeyChange(onDone);
  const { verb, done, action } = WORDS[kind];

  const read = useCallback(async () => {
    setSummary(undefined);
    setFailure(undefined);
    setTyped("");
    try {
      const result = await readBulkEvidenceAction(selection);
      if (result.ok) setSummary(result.value);
      else setFailure("This selection can't be read. Select the keys again.");
    } catch (error) {
      setFailure(failureWords(error, "Nothing has changed."));
    }
  }, [selection]);
  useEffect(() => void read(), [read]);

  const affected = summary ? changedKeys(kind, summary) : count;
  const inUse = kind !== "enable" && summary !== undefined && summary.usedLastHour > 0;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!summary) return;
    if (inUse && typed.replace(/[\s,.]/g, "") !== String(affected)) return setMismatch(true);
    change(
      async () => {
        const result = await action({ ...selection, confirmedAt: summary.at, confirmedKeys: affected });
        if (!result.ok) void read();
        return result;
      },
      ({ keys }) => `${keyCount(keys)} ${done}`,
      (changed: { keys: number; deletedAt?: Date }) =>
        changed.deletedAt
          ? undoRemoval(changed.deletedAt, `${keyCount(changed.keys)} ${inListAgain(changed.keys)}`)
          : undefined,
    );
  }
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <AlertDialogContent
        title={`${verb} ${keyCount(affected)}?`}
        description={describe(kind, affected, summary ? summary.active + summary.disabled : count)}
        width="medium"
        initialFocus={cancel}
        finalFocus={finalFocus}
      >
        <form onSubmit={submit} noValidate className="contents">
          <DialogBody>
            {!summary && !failure && (
              <p role="status" className="flex items-center gap-2 text-muted">
                <Spinner /> Looking at what {count === 1 ? "this key is" : "these keys are"} used for…
              </p>
            )}
            {failure && (
              <Notice tone="danger">
                {failure}{" "}
                <button type="button" onClick={read} className="rounded underline underline-offset-3">
                  Try again
                </button>
              </Notice>
            )}
            {summary && <BulkUsageSummary summary={summary} kind={kind} />}
            {inUse && (
              <TextField
                label={
                  <>
                    Type <strong className="font-semibold">{formatNumber(affected)}</strong> to confirm
                  </>
                }
                hint={affected === 1 ? "The key is in use." : "Some of the keys are in use."}
                value={typed}
                onChange={(event) => {
                  setTyped(event.currentTarget.value);
                  setMismatch(false);
                }}
                error={mismatch && `Type ${formatNumber(affected)}, the number of keys.`}
                inputMode="numeric"
                autoComplete="off"
              />
            )}
            <FormAlert>{error}</FormAlert>
          </DialogBody>
          <DialogFooter>
            <AlertDialog.Close ref={cancel} render={<Button>Cancel</Button>} />
            <Button
              type="submit"
              variant={kind === "enable" ? "primary" : "danger"}
              pending={pending}
              disabled={!summary || affected === 0}
            >
              {verb} {affected === 1 ? "key" : "keys"}
            </Button>
          </DialogFooter>
        </form>
      </AlertDialogContent>
    </AlertDialog.Root>
  );
}

const inListAgain = (keys: number) =>
  keys === 1 ? "is back in the list. It stays revoked." : "are back in the list. They stay revoked.";

/** Says what happens to the keys. */
function describe(kind: BulkChange, keys: number, live: number): string {
  const one = keys === 1;
  const requests = `Requests using ${one ? "this key" : "these keys"}`;
  if (kind === "revoke") return `${requests} will fail immediately. This can't be undone.`;
  if (kind === "disable") return `${requests} will fail immediately, until you enable ${one ? "it" : "them"} again.`;
  if (kind === "enable") return `${requests} will succeed again immediately.`;
  if (live === 0)
    return one ? "The key leaves your list. Its history is kept." : "The keys leave your list. Their history is kept.";
  return one
    ? "The key is revoked and leaves your list. Requests using it will fail immediately. This can't be undone."
    : "The keys are revoked and leave your list. Requests using them will fail immediately. This can't be undone.";
}
