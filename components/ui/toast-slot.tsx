"use client";

import { type ComponentType, useSyncExternalStore } from "react";

let content: ComponentType | undefined;
let tell = () => {};

/**
 * Registers the toasts as soon as their code is loaded, so that their live region is in the page
 * before the first one is announced.
 */
export function fillToastSlot(toasts: ComponentType): void {
  content = toasts;
  tell();
}

/** Shows toasts. Their code is loaded with the first part of a page that announces something. */
export function ToastSlot() {
  const Toasts = useSyncExternalStore(
    subscribe,
    () => content,
    () => undefined,
  );
  return Toasts && <Toasts />;
}

function subscribe(onChange: () => void): () => void {
  tell = onChange;
  return () => {
    tell = () => {};
  };
}
