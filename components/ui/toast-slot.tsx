"use client";

import { type ComponentType, useSyncExternalStore } from "react";

let content: ComponentType | undefined;
let tell = () => {};

/** Called by the toasts' code as soon as it is there, so that their live region stands before one is announced. */
export function fillToastSlot(toasts: ComponentType): void {
  content = toasts;
  tell();
}

/** Where toasts appear. Their code comes with the first part of a page that announces something. */
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
