import { createContext, useContext } from "react";
import type { ListedApiKey } from "#lib/api-keys/list.ts";

/** The keys as the page shows them now. */
export const ShownKeysContext = createContext<ListedApiKey[]>([]);

/**
 * Returns the key as the page shows it now. A dialog may have opened with a key whose last change
 * had not reached the page yet.
 */
export function useShownKey(apiKey: ListedApiKey): ListedApiKey {
  return useContext(ShownKeysContext).find(({ id }) => id === apiKey.id) ?? apiKey;
}
