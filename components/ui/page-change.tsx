"use client";

import { usePathname, useSearchParams } from "next/navigation";
import { useEffect, useState } from "react";
import { Notice } from "#components/ui/notice.tsx";

let navigating = false;
let tellOffline = () => {};

/**
 * Handles the start of a navigation by a link. Offline it keeps the page, because Next would leave
 * it for the browser's error page.
 */
export function noteNavigation(event: { preventDefault: () => void }): void {
  navigating = navigator.onLine;
  if (navigator.onLine) return;
  event.preventDefault();
  tellOffline();
}

/** Watches over navigations by links: says that the browser is offline, and shows the new page from its heading. */
export function PageChange() {
  const page = `${usePathname()}?${useSearchParams()}`;
  const [offline, setOffline] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs when the page has changed
  useEffect(() => {
    // Next doesn't scroll if the heading is within the window, where the top bar may cover it.
    if (navigating && !window.location.hash) document.querySelector("h1")?.scrollIntoView({ block: "nearest" });
    navigating = false;
  }, [page]);
  useEffect(() => {
    tellOffline = () => setOffline(true);
    const online = () => setOffline(false);
    window.addEventListener("online", online);
    return () => window.removeEventListener("online", online);
  }, []);
  return (
    <div
      role="status"
      className="fixed inset-x-4 bottom-4 z-50 mx-auto max-w-md rounded-lg shadow-overlay empty:hidden"
    >
      {offline && (
        <Notice tone="warning">You're offline, so this page stays open. Try again when you're online.</Notice>
      )}
    </div>
  );
}
