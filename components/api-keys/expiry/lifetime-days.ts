"use client";

import { createContext, useContext } from "react";

const LifetimeDays = createContext<number | null>(null);

/**
 * The days that a key may last from its creation, for dialogs deep inside the page. Null for no
 * limit.
 */
export const LifetimeDaysProvider = LifetimeDays;

export function useLifetimeDays(): number | null {
  return useContext(LifetimeDays);
}
