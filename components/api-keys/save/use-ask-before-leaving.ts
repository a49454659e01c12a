"use client";

import { useEffect, useRef } from "react";

/**
 * Asks before the user leaves the page. The browser asks about a reload and about closing the page;
 * `ask` is called for "back", in browsers where that can be prevented.
 */
export function useAskBeforeLeaving(active: boolean, ask: () => void): void {
  const latest = useRef(ask);
  useEffect(() => {
    latest.current = ask;
  });
  useEffect(() => {
    if (!active) return;
    const unload = (event: BeforeUnloadEvent) => event.preventDefault();
    const navigate = (event: NavigateEvent) => {
      if (event.navigationType !== "traverse" || !event.cancelable) return;
      event.preventDefault();
      latest.current();
    };
    const { navigation } = window as { navigation?: Navigation };
    window.addEventListener("beforeunload", unload);
    navigation?.addEventListener("navigate", navigate);
    return () => {
      window.removeEventListener("beforeunload", unload);
      navigation?.removeEventListener("navigate", navigate);
    };
  }, [active]);
}
