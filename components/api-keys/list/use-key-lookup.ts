"use client";

import { type ReactNode, useState } from "react";
import { failureWords } from "#components/frame/action-failure.tsx";
import { findApiKeyByHashAction } from "#lib/actions/api-keys.ts";
import type { FoundApiKey } from "#lib/api-keys/list.ts";
import { KEY_GRAMMAR } from "#lib/api-keys/model/key-text.ts";

/** The state of the search for a pasted key. */
export type KeyLookup = "pending" | "malformed" | { failure: ReactNode } | { found: FoundApiKey | null };

export function useKeyLookup() {
  const [lookup, setLookup] = useState<KeyLookup>();
  /** Finds the key by its hash, which is computed here: the key itself is never sent. */
  async function lookUp(key: string) {
    if (!KEY_GRAMMAR.test(key)) return setLookup("malformed");
    setLookup("pending");
    try {
      const { hashKey } = await import("#components/api-keys/list/hash-key.ts");
      const result = await findApiKeyByHashAction(hashKey(key));
      setLookup({ found: result.ok ? result.value : null });
    } catch (error) {
      setLookup({ failure: failureWords(error, "") });
    }
  }
  return { lookup, lookUp, clear: () => setLookup(undefined) };
}
