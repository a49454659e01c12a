"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { isPopupOpen } from "#components/ui/open-popups.ts";

const POLL_MS = 2_000;

/**
 * Asks, while the page is visible, whether a first request has come, with one key or with any of
 * the account, and then renders the page again.
 */
export function useFirstRequest(waiting: boolean, apiKeyId: string | undefined): void {
  const router = useRouter();
  useEffect(() => {
    if (!waiting) return;
    const path = `/settings/developer/first-request${apiKeyId ? `?key=${apiKeyId}` : ""}`;
    let asking = false;
    async function ask() {
      if (asking || document.visibilityState !== "visible" || isPopupOpen()) return;
      asking = true;
      const answer = await fetch(path, { cache: "no-store" }).catch(() => null);
      asking = false;
      const received = answer?.ok && (await answer.text().catch(() => "")) === "received";
      // Without a session, the page explains it.
      if (received || answer?.status === 401) router.refresh();
    }
    const timer = setInterval(ask, POLL_MS);
    return () => clearInterval(timer);
  }, [waiting, apiKeyId, router]);
}
