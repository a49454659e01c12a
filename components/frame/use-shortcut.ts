"use client";

import { useEffect, useEffectEvent } from "react";
import { isPopupOpen } from "#components/ui/open-popups.ts";

/**
 * Runs `action` when the user presses a single key, or a key with ⌘ or Ctrl. Does nothing while the
 * user types or while a dialog or a menu is open.
 */
export function useShortcut(key: string, action: () => void, { withCommand = false } = {}): void {
  const run = useEffectEvent(action);
  useEffect(() => {
    function press(event: KeyboardEvent) {
      const command = event.metaKey || event.ctrlKey;
      if (event.key !== key || command !== withCommand || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || isPopupOpen()) return;
      event.preventDefault();
      run();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [key, withCommand]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest("input:not([type=checkbox]), textarea, select") !== null)
  );
}
