"use client";

import { createContext, useContext } from "react";

const ApiAddress = createContext("");

/** The base address for examples, for dialogs deep inside of the page. */
export const ApiAddressProvider = ApiAddress;

export function useApiAddress(): string {
  return useContext(ApiAddress);
}
