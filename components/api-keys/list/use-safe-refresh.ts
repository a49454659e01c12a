"use client";

import { useRouter } from "next/navigation";
import { useCallback } from "react";

/**
 * Refreshes the page's data if the server answers. Otherwise Next would navigate to the failed URL,
 * and the user would lose an open dialog.
 */
export function useSafeRefresh(): () => Promise<void> {
  const router = useRouter();
  return useCallback(async () => {
    const answer = await fetch(window.location.href, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (answer?.ok) router.refresh();
  }, [router]);
}
