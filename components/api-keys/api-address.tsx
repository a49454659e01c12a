"use client";

import { createContext, useContext } from "react";

const ApiAddress = createContext<string | null>(null);

/**
 * The base address for examples, for dialogs deep inside of the page. Null is the page's own, which only the browser knows for certain:
 * after a redirect from an action Next asks itself for the page, at the loopback address.
 */
export const ApiAddressProvider = ApiAddress;

export function useApiAddress(): string {
  return useContext(ApiAddress) ?? window.location.origin;
}
