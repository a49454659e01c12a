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
let tell = (_: Kept | undefined) => {};

/** Why a click on a link kept the page. */
const KEPT = {
  offline: "You're offline, so this page stays open. Try again when you're online.",
  unreachable: "The server can't be reached, so this page stays open. Try again in a moment.",
};
type Kept = keyof typeof KEPT;

/**
 * Handles the start of a navigation by a link. Offline it keeps the page, because Next would leave
 * it for the browser's error page.
 */
export function noteNavigation(event: { preventDefault: () => void }): void {
  navigating = navigator.onLine;
  tell(navigating ? undefined : "offline");
  if (!navigating) event.preventDefault();
}

/**
 * Keeps the page where Next leaves it because a request for the next one had no answer. Loads the
 * next page as Next would if the server does answer, for example with another version's pages.
 */
function keepPage(event: NavigateEvent): void {
  const { destination, navigationType, cancelable, userInitiated, downloadRequest } = event;
  // A provider's sign-in page is on another origin, where no request of this page's own may go.
  const elsewhere = new URL(destination.url).origin !== window.location.origin;
  if (elsewhere || downloadRequest !== null || destination.sameDocument) return;
  if (!cancelable) return;
  if (userInitiated) {
    // A form, with which the browser itself leaves the page.
    const leaves = navigationType === "push" || navigationType === "replace";
    if (navigator.onLine || !leaves) return;
    event.preventDefault();
    tell("offline");
    return;
  }
  if (navigationType !== "push") return;
  event.preventDefault();
  fetch(destination.url, { method: "HEAD", redirect: "manual" }).then(
    () => {
      window.navigation.removeEventListener("navigate", keepPage);
      window.location.assign(destination.url);
    },
    () => {
      // Next waits for the page to be left, until it returns as from the browser's cache of pages.
      window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
      tell("unreachable");
    },
  );
}

/**
 * Watches over navigations by links: says why the page stays, and shows the new page from its
 * heading. It stands beside the link, so that the code of both is loaded once for all pages.
 */
export function PageChange() {
  const page = `${usePathname()}?${useSearchParams()}`;
  const [kept, setKept] = useState<Kept>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: it runs when the page has changed
  useEffect(() => {
    // Next doesn't scroll if the heading is within the window, where the top bar may cover it.
    if (navigating && !window.location.hash) document.querySelector("h1")?.scrollIntoView({ block: "nearest" });
    navigating = false;
  }, [page]);
  useEffect(() => {
    tell = setKept;
    const online = () => setKept(undefined);
    window.addEventListener("online", online);
    window.navigation?.addEventListener("navigate", keepPage);
    return () => {
      window.removeEventListener("online", online);
      window.navigation?.removeEventListener("navigate", keepPage);
    };
  }, []);
  return (
    <div
      role="status"
      className="fixed inset-x-4 bottom-4 z-50 mx-auto max-w-md rounded-lg shadow-overlay empty:hidden"
    >
      {kept && <Notice tone="warning">{KEPT[kept]}</Notice>}
    </div>
  );
}
