"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import {
  createContext,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
  useTransition,
} from "react";
import { useSafeRefresh } from "#components/api-keys/list/use-safe-refresh.ts";
import { viewHref } from "#components/api-keys/list/view-url.ts";
import { isPopupOpen } from "#components/ui/open-popups.ts";
import type { ListQuery } from "#lib/api-keys/model/list-view.ts";

type ViewNavigation = {
  pending: boolean;
  go: (href: string) => void;
  /** The URL that the user asked for while the browser was offline. */
  unreached: string | undefined;
};
const Context = createContext<ViewNavigation>({ pending: false, go: () => {}, unreached: undefined });

const REFRESH_MS = 10_000;

/**
 * Changes the view in a transition: the old rows stay, marked as busy, until the new ones arrive.
 * Offline, Next would leave the page for the browser's error page. Here the rows stay, and the view
 * follows when the browser is online again.
 */
export function ViewNavigationProvider({ stamp, children }: { stamp: string; children: ReactNode }) {
  const router = useRouter();
  const refresh = useSafeRefresh();
  const [pending, startTransition] = useTransition();
  const [unreached, setUnreached] = useState<string>();
  const go = useCallback(
    (href: string) => {
      setUnreached(navigator.onLine ? undefined : href);
      if (navigator.onLine) startTransition(() => router.push(href, { scroll: false }));
    },
    [router],
  );
  useEffect(() => {
    if (unreached === undefined) return;
    const retry = () => go(unreached);
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [unreached, go]);
  const navigation = useMemo(() => ({ pending, go, unreached }), [pending, go, unreached]);
  useEffect(() => {
    // Keeps "Last used" current. The stamp is of the list that is shown.
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && !isPopupOpen()) void refresh(stamp);
    }, REFRESH_MS);
    return () => clearInterval(timer);
  }, [refresh, stamp]);
  return <Context value={navigation}>{children}</Context>;
}

export function useViewNavigation(): ViewNavigation {
  return useContext(Context);
}

type LinkProps = {
  query: ListQuery;
  change: Partial<ListQuery>;
  /** Called after the navigation has started. */
  onFollow?: () => void;
  className?: string;
  "aria-label"?: string;
  children: ReactNode;
};

/** Links to another view. It is a real link, which works without JavaScript and in a new tab. */
export function ViewLink({ query, change, onFollow, children, ...props }: LinkProps) {
  const { go } = useViewNavigation();
  const href = viewHref(query, change);
  function follow(event: MouseEvent) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(href);
    onFollow?.();
  }
  return (
    <Link href={href} prefetch={false} scroll={false} onClick={follow} {...props}>
      {children}
    </Link>
  );
}
