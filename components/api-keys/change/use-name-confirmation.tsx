"use client";

import { useState } from "react";
import { TextField } from "#components/ui/field.tsx";
import { useNow } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";

const RECENT_MS = HOUR_MS;

type Named = Pick<ListedApiKey, "name" | "prefix" | "hasNamesake" | "lastUsedAt">;

/**
 * Asks for the name of a key that was used in the last hour before the key is ended, and for its
 * prefix if another key has the same name. `confirm` returns whether the text matches, and `field`
 * shows the mismatch. Other keys have no `field`.
 */
export function useNameConfirmation({ name, prefix, hasNamesake, lastUsedAt }: Named) {
  const now = useNow();
  const [typed, setTyped] = useState("");
  const [mismatch, setMismatch] = useState(false);
  const inUse = lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < RECENT_MS;
  const what = hasNamesake ? "prefix" : "name";
  function confirm(): boolean {
    const text = typed.normalize("NFC").trim();
    // The list shows a prefix with an ellipsis and the last four characters.
    const confirmed = !inUse || (hasNamesake ? text.replace(/….{0,4}$/, "") === prefix : text === name);
    setMismatch(!confirmed);
    return confirmed;
  }
  const field = inUse && (
    <TextField
      label={`Type the key's ${what} to confirm`}
      hint={
        hasNamesake ? (
          <>
            It is in use, and another key has its name. Its prefix is{" "}
            <span className="font-medium font-mono text-ink">{prefix}</span>
          </>
        ) : (
          <>
            It is in use. Its name is <bdi className="font-medium text-ink">{name}</bdi>
          </>
        )
      }
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        setMismatch(false);
      }}
      error={mismatch && `This is not the key's ${what}.`}
      autoComplete="off"
      spellCheck={false}
    />
  );
  return { confirm, field };
}
