"use client";

import { NetworksField } from "#components/api-keys/restrictions/networks-field.tsx";
import { readLimit } from "#components/api-keys/restrictions/read-draft.ts";
import type { RestrictionDraft } from "#components/api-keys/restrictions/restriction-draft.ts";
import { ScopesField } from "#components/api-keys/restrictions/scopes-field.tsx";
import type { Problems } from "#components/frame/form-problems.ts";
import { TextField } from "#components/ui/field.tsx";
import { formatNumber } from "#components/ui/number.ts";
import { SegmentedControl } from "#components/ui/segmented-control.tsx";
import type { RestrictionChoices } from "#lib/api-keys/restriction-choices.ts";

type Props = {
  draft: RestrictionDraft;
  onChange: (draft: RestrictionDraft) => void;
  choices: RestrictionChoices;
  problems: Problems;
};

const ACCESS = [
  { value: "full", label: "Full access" },
  { value: "restricted", label: "Restricted" },
];

/** Edits a key's restrictions, in the form for a new key and in **Edit permissions**. */
export function RestrictionFields({ draft, onChange, choices, problems }: Props) {
  const change = (part: Partial<RestrictionDraft>) => onChange({ ...draft, ...part });
  return (
    <>
      <SegmentedControl
        name="access"
        label="Permissions"
        options={ACCESS}
        value={draft.access}
        onChange={(access) => change({ access: access === "full" ? "full" : "restricted" })}
      />
      {draft.access === "full" ? (
        <p className="-mt-3 text-[0.8125rem] text-muted">
          The key can do everything your account can, including permissions that are added later.
        </p>
      ) : (
        <ScopesField chosen={draft.scopes} onChange={(scopes) => change({ scopes })} offered={choices.scopes} />
      )}
      <NetworksField
        text={draft.networks}
        onChange={(networks) => change({ networks })}
        callers={choices.callers}
        problem={problems.networks}
      />
      <div className="grid grid-cols-[repeat(auto-fit,minmax(min(12rem,100%),1fr))] items-start gap-5">
        <TextField
          name="requestsPerMinute"
          label="Requests per minute"
          value={draft.requestsPerMinute}
          onChange={(event) => change({ requestsPerMinute: event.currentTarget.value })}
          hint={requestsHint(draft.requestsPerMinute, choices.requestsPerMinute)}
          error={problems.requestsPerMinute}
          inputMode="numeric"
          autoComplete="off"
        />
        <TextField
          name="creditsPerMonth"
          label="Credits per month"
          value={draft.creditsPerMonth}
          onChange={(event) => change({ creditsPerMonth: event.currentTarget.value })}
          hint={
            readLimit(draft.creditsPerMonth, 0) === 0
              ? "With 0, requests that cost credits are rejected."
              : "The most it can spend in a calendar month (UTC). Leave empty for no limit."
          }
          error={problems.creditsPerMonth}
          inputMode="numeric"
          autoComplete="off"
        />
      </div>
    </>
  );
}

function requestsHint(typed: string, ofAccount: number | null) {
  if (ofAccount === null) return "Leave empty for no limit.";
  const most = formatNumber(ofAccount);
  const limit = readLimit(typed, 1);
  if (limit && limit > ofAccount)
    return <span className="text-warning-ink">Your account's limit is lower: {most} for all keys combined.</span>;
  return `Leave empty to use your account's limit: ${most} for all keys combined.`;
}
