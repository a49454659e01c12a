"use client";

import { createContext, useContext } from "react";

const LifetimeDays = createContext<number | null>(null);

/** Passes the maximum days from a key's creation to its expiry to dialogs. Null for no limit. */
export const LifetimeDaysProvider = LifetimeDays;

export function useLifetimeDays(): number | null {
  return useContext(LifetimeDays);
}
