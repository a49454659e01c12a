"use client";

import { type ReactNode, useCallback, useEffect, useState } from "react";
import { failureWords } from "#components/frame/action-failure.tsx";
import { readRestrictionChoicesAction } from "#lib/actions/api-keys.ts";
import type { RestrictionChoices } from "#lib/api-keys/restriction-choices.ts";

/** Loads the choices of the restrictions form for a key or, with null, for a new one. */
export function useRestrictionChoices(apiKeyId: string | null) {
  const [choices, setChoices] = useState<RestrictionChoices>();
  const [failure, setFailure] = useState<ReactNode>();
  const read = useCallback(async () => {
    setFailure(undefined);
    try {
      const result = await readRestrictionChoicesAction(apiKeyId);
      if (result.ok) setChoices(result.value);
    } catch (error) {
      setFailure(failureWords(error, "Nothing has changed."));
    }
  }, [apiKeyId]);
  useEffect(() => void read(), [read]);
  return { choices, failure, retry: read };
}
