"use client";

import { useRouter } from "next/navigation";
import { useCallback } from "react";

/**
 * Returns `refresh`, which renders the page again if the server answers. Otherwise Next would
 * navigate to the failed URL, and the user would lose an open dialog. With the stamp of the list
 * that is shown, it renders only a list that has changed.
 */
export function useSafeRefresh(): (shown?: string) => Promise<void> {
  const router = useRouter();
  return useCallback(
    async (shown) => {
      const answer = await fetch(`/settings/developer/stamp${window.location.search}`, { cache: "no-store" }).catch(
        () => null,
      );
      const stamp = answer?.ok ? await answer.text() : undefined;
      // A captive portal answers, too, but not with a stamp.
      const isStamp = stamp !== undefined && /^[0-9a-f]{64}$/.test(stamp);
      if (answer?.status === 401 || (isStamp && stamp !== shown)) router.refresh();
    },
    [router],
  );
}
