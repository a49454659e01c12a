"use client";

import { createContext, useContext } from "react";

const ApiAddress = createContext<string | null>(null);

/**
 * The base URL that examples use, for dialogs deep inside the page. Null means the page's own
 * origin.
 */
export const ApiAddressProvider = ApiAddress;

export function useApiAddress(): string {
  return useContext(ApiAddress) ?? window.location.origin;
}
