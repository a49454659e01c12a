"use client";

import { useState } from "react";
import { TextField } from "#components/ui/field.tsx";
import { useNow } from "#components/ui/time.tsx";
import type { ListedApiKey } from "#lib/api-keys/list.ts";
import { HOUR_MS } from "#lib/time/model/duration.ts";

const RECENT_MS = HOUR_MS;

/**
 * Ending a key that was used in the last hour asks for its name. `confirm` says whether it was typed, and beside the field if it was
 * not; there is no field for any other key.
 */
export function useNameConfirmation({ name, lastUsedAt }: Pick<ListedApiKey, "name" | "lastUsedAt">) {
  const now = useNow();
  const [typed, setTyped] = useState("");
  const [mismatch, setMismatch] = useState(false);
  const inUse = lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < RECENT_MS;
  function confirm(): boolean {
    const confirmed = !inUse || typed.normalize("NFC").trim() === name;
    setMismatch(!confirmed);
    return confirmed;
  }
  const field = inUse && (
    <TextField
      label="Type the key's name to confirm"
      hint={
        <>
          It is in use. Its name is <bdi className="font-medium text-ink">{name}</bdi>
        </>
      }
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        setMismatch(false);
      }}
      error={mismatch && "This is not the key's name."}
      autoComplete="off"
      spellCheck={false}
    />
  );
  return { confirm, field };
}
