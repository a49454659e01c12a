"use client";

import type { ReactNode, RefObject } from "react";
import type { ExpiryChoice } from "#components/api-keys/expiry/expiry-choice.ts";
import { type Limit, presetsWithin } from "#components/api-keys/expiry/lifetime.ts";
import { selectableDays } from "#components/api-keys/expiry/selectable-days.ts";
import { Field, TextField } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { useNow } from "#components/ui/time.tsx";
import { type ExpiryPreset, expiryInstant } from "#lib/api-keys/model/expiry.ts";

const PRESET_LABELS: Record<ExpiryPreset, string> = {
  "7d": "7 days",
  "30d": "30 days",
  "60d": "60 days",
  "90d": "90 days",
  "1y": "1 year",
};

type Props = {
  label: string;
  choice: ExpiryChoice;
  onChange: (choice: ExpiryChoice) => void;
  /** The end that the option `same` leads to. Without it the option is absent. */
  sameEnd?: Date | null;
  limit: Limit | null;
  error?: ReactNode;
  field?: RefObject<HTMLSelectElement | null>;
};

/** Chooses when a key expires. Each option shows its date. */
export function ExpiryField({ label, choice, onChange, sameEnd, limit, error, field }: Props) {
  const now = useNow();
  const custom = choice.option === "custom";
  return (
    <>
      <Field label={label} hint={limit?.words} error={!custom && error}>
        {(tie) => (
          <Select
            {...tie}
            ref={field}
            name="expiry"
            value={choice.option}
            onChange={(event) => onChange({ ...choice, option: event.target.value as ExpiryChoice["option"] })}
            className="w-full"
          >
            {sameEnd && <option value="same">Same duration ({shortDate(sameEnd)})</option>}
            {!limit && <option value="never">Never</option>}
            {presetsWithin(limit, now).map((preset) => (
              <option key={preset} value={preset}>
                {PRESET_LABELS[preset]} ({shortDate(expiryInstant({ type: "preset", preset }, now) as Date)})
              </option>
            ))}
            <option value="custom">Custom date</option>
          </Select>
        )}
      </Field>
      {custom && (
        <TextField
          type="date"
          name="date"
          label="Expiry date"
          value={choice.date}
          onChange={(event) => onChange({ ...choice, date: event.currentTarget.value })}
          hint="The key works until the end of this day, in your time zone."
          error={error}
          {...selectableDays(now, limit)}
        />
      )}
    </>
  );
}

function shortDate(at: Date): string {
  return at.toLocaleDateString(undefined, { dateStyle: "medium" });
}
