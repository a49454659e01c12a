"use client";

import NextLink from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { type ComponentProps, useEffect, useState } from "react";
import { Notice } from "#components/ui/notice.tsx";

type Props = Omit<ComponentProps<typeof NextLink>, "prefetch" | "onNavigate">;

/**
 * Links to a page and prefetches it when the pointer or the focus reaches the link. Next's own link
 * prefetches every page whose link is in sight, in two requests each.
 */
export function Link(props: Props) {
  const [near, setNear] = useState(false);
  // A menu has handlers of its own for its items.
  const approach =
    <E,>(handle?: (event: E) => void) =>
    (event: E) => {
      setNear(true);
      handle?.(event);
    };
  return (
    <NextLink
      {...props}
      prefetch={near ? null : false}
      onPointerEnter={approach(props.onPointerEnter)}
      onFocus={approach(props.onFocus)}
      onNavigate={noteNavigation}
    />
  );
}

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

/**
 * Watches over navigations by links: says that the browser is offline, and shows the new page from
 * its heading. It stands beside the link, so that the code of both is loaded once for all pages.
 */
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
