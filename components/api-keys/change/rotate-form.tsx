"use client";

import { type FormEvent, type ReactNode, type RefObject, useState } from "react";
import type { KeyDialogProps } from "#components/api-keys/change/key-dialog-props.ts";
import { KeyIdentity } from "#components/api-keys/change/key-identity.tsx";
import { KEY_PROBLEMS } from "#components/api-keys/change/key-problems.ts";
import { UsageSummary } from "#components/api-keys/change/usage-summary.tsx";
import { useNameConfirmation } from "#components/api-keys/change/use-name-confirmation.tsx";
import { NO_ROOM } from "#components/api-keys/create/no-room.tsx";
import { choiceOfDuration, readChoice, sentExpiry } from "#components/api-keys/expiry/expiry-choice.ts";
import { ExpiryField } from "#components/api-keys/expiry/expiry-field.tsx";
import { useLimit } from "#components/api-keys/expiry/lifetime.ts";
import { OUT_OF_RANGE } from "#components/api-keys/expiry/selectable-days.ts";
import { MakeFooter } from "#components/api-keys/save/make-footer.tsx";
import type { Make } from "#components/api-keys/save/secret-dialog.tsx";
import { failureWords } from "#components/frame/action-failure.tsx";
import { failureProblems } from "#components/frame/form-problems.ts";
import { showProblems } from "#components/frame/show-problems.ts";
import { Button } from "#components/ui/button.tsx";
import { DialogBody } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { FormAlert } from "#components/ui/form-alert.tsx";
import { Select } from "#components/ui/select.tsx";
import { exactTime, useNow } from "#components/ui/time.tsx";
import { rotateApiKeyAction } from "#lib/actions/api-keys.ts";
import { expiryInstant, sameDuration } from "#lib/api-keys/model/expiry.ts";
import { type Overlap, overlapEnd } from "#lib/api-keys/model/overlap-end.ts";

const LABELS: Record<Overlap, string> = {
  now: "Now",
  "1h": "1 hour",
  "24h": "24 hours",
  "7d": "7 days",
  on_use: "24 hours after the new key is first used",
};
const PROBLEMS = {
  ...KEY_PROBLEMS,
  ...NO_ROOM,
  not_active: { form: "This key has ended, so there is nothing to replace. Create a new one instead." },
  disabled: { form: "This key is disabled. Enable it before you rotate it." },
  already_rotated: { form: "This key was rotated already. Its successor is in your list." },
  expiry_out_of_range: { form: OUT_OF_RANGE },
};
const TEST_NOTE = "A test request is a first use, too: the old key expires 24 hours after it.";

type Props = Pick<KeyDialogProps, "apiKey" | "row"> & {
  field: RefObject<HTMLSelectElement | null>;
  making: Make;
  onRotated: () => void;
};

export function RotateForm({ apiKey, row, field, making: { pending, make }, onRotated }: Props) {
  const now = useNow();
  const confirmation = useNameConfirmation(apiKey);
  const limit = useLimit(now);
  const [choice, setChoice] = useState(() => choiceOfDuration(apiKey.durationMs, limit, now));
  const [overlap, setOverlap] = useState<Overlap>("24h");
  const [problem, setProblem] = useState<string>();
  const [error, setError] = useState<ReactNode>();
  const expiry = readChoice(choice, now, limit);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if ("problem" in expiry) return showProblems(event.currentTarget, () => setProblem(expiry.problem));
    if (overlap === "now" && !confirmation.confirm()) return;
    setError(undefined);
    make(async () => {
      try {
        const rotated = await rotateApiKeyAction({ id: apiKey.id, overlap, expiry: sentExpiry(expiry) });
        if (!rotated.ok) return setError(failureProblems(rotated, PROBLEMS).form) as undefined;
        onRotated();
        return { ...rotated.value, testNote: overlap === "on_use" ? TEST_NOTE : undefined };
      } catch (error) {
        setError(failureWords(error, "Check your list first: the key may have been rotated."));
      }
    });
  }
  const isSame = choiceOfDuration(apiKey.durationMs, limit, now).option === "same";
  const sameEnd = isSame ? sameDuration(apiKey.durationMs, now, limit?.at) : null;
  const newEnd = "problem" in expiry ? null : expiry.type === "same" ? sameEnd : expiryInstant(expiry, now);
  const limits = [newEnd === "out_of_range" ? null : newEnd, apiKey.latestEnd, apiKey.revokesAt];
  return (
    <form onSubmit={submit} noValidate className="contents">
      <DialogBody>
        <KeyIdentity apiKey={apiKey} />
        <ExpiryField
          label="New key expires"
          choice={choice}
          onChange={(next) => {
            setChoice(next);
            setProblem(undefined);
          }}
          sameEnd={sameEnd}
          limit={limit}
          error={problem}
          field={field}
        />
        <Field label="Expire old key" hint={hintOf(overlap, overlapEnd(overlap, limits, now))}>
          {(tie) => (
            <Select {...tie} value={overlap} onChange={(event) => setOverlap(event.target.value as Overlap)}>
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
      <MakeFooter pending={pending} make="Rotate key" cancel={row && "Stop"}>
        {row && (
          <Button disabled={pending} onClick={row.next}>
            Skip
          </Button>
        )}
      </MakeFooter>
    </form>
  );
}

/** Says when the old key ends, which may be sooner than chosen if one of the two keys expires. */
function hintOf(overlap: Overlap, end: Date): string {
  if (overlap === "now") return "Requests using the old key will fail immediately.";
  return overlap === "on_use"
    ? `The old key works until 24 hours after the first successful request with the new one, and at the latest until ${exactTime(end)}.`
    : `The old key works until ${exactTime(end)}.`;
}
