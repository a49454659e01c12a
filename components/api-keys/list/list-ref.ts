"use client";

import { createContext, type RefObject, useContext } from "react";

/**
 * The list of keys, or the heading of a key's page. It takes the focus when the focused element is
 * gone: after a dialog whose button has left the page, or in another view of the list.
 */
export const ListRef = createContext<RefObject<HTMLElement | null>>({ current: null });

export function useListRef(): RefObject<HTMLElement | null> {
  return useContext(ListRef);
}
