"use client";

import { createContext, type RefObject, useContext } from "react";

/**
 * The list of keys, or the heading of a key's page. It takes the focus when a dialog closes and the button that opened it
 * is gone, and when the list shows another view.
 */
export const ListRef = createContext<RefObject<HTMLElement | null>>({ current: null });

export function useListRef(): RefObject<HTMLElement | null> {
  return useContext(ListRef);
}
