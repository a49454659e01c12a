"use client";

import type { ComponentProps } from "react";
import { RestrictionFields } from "#components/api-keys/restrictions/restriction-fields.tsx";
import { useRestrictionChoices } from "#components/api-keys/restrictions/use-restriction-choices.ts";
import { Notice } from "#components/ui/notice.tsx";
import { Spinner } from "#components/ui/spinner.tsx";

type Props = Omit<ComponentProps<typeof RestrictionFields>, "choices"> & {
  /** Null for a new key. */
  apiKeyId: string | null;
};

/** Shows the fields once their choices are loaded. */
export function LoadedRestrictionFields({ apiKeyId, ...props }: Props) {
  const { choices, failure, retry } = useRestrictionChoices(apiKeyId);
  if (choices) return <RestrictionFields {...props} choices={choices} />;
  if (!failure)
    return (
      <p role="status" className="flex items-center gap-2 text-muted">
        <Spinner /> Loading permissions…
      </p>
    );
  return (
    <Notice tone="danger">
      {failure}{" "}
      <button type="button" onClick={retry} className="rounded underline underline-offset-3">
        Try again
      </button>
    </Notice>
  );
}
