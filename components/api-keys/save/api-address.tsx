"use client";

import { createContext, useContext } from "react";

const ApiAddress = createContext<string | null>(null);

/** The base address for examples, for dialogs deep inside of the page. Null is the page's own. */
export const ApiAddressProvider = ApiAddress;

export function useApiAddress(): string {
  return useContext(ApiAddress) ?? window.location.origin;
}
