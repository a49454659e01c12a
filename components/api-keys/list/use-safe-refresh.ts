"use client";

import { useRouter } from "next/navigation";
import { useCallback } from "react";

/**
 * Reads the page's data again, if it can be had. Where it can't, Next would leave the page for the failed address, and take with it
 * what somebody is doing there.
 */
export function useSafeRefresh(): () => Promise<void> {
  const router = useRouter();
  return useCallback(async () => {
    const answer = await fetch(window.location.href, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (answer?.ok) router.refresh();
  }, [router]);
}
