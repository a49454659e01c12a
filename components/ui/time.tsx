"use client";

import { createContext, type ReactNode, startTransition, useContext, useEffect, useState } from "react";

const Now = createContext<Date>(new Date(0));

const TICK_MS = 15_000;

/**
 * The server's time minus `performance.now()`. An answer takes time to arrive, and a page may come
 * from the router's cache, so the largest value is the most exact. Some browsers stop
 * `performance.now()` during sleep; the next answer corrects that.
 */
let serverAheadMs = Number.NEGATIVE_INFINITY;

function serverTime(): Date {
  return new Date(serverAheadMs + performance.now());
}

/**
 * Provides the current time. The first render uses the server's time, so that server and browser
 * render the same words. Later ticks use a monotonic clock, because the user's clock may be wrong
 * by days. The provider doesn't render again at once, which would render every time of the page
 * twice while the user waits.
 */
export function NowProvider({ now: serverNow, children }: { now: Date; children: ReactNode }) {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    serverAheadMs = Math.max(serverAheadMs, serverNow.getTime() - performance.now());
    const tick = () => startTransition(() => setNow(serverTime()));
    if (serverTime().getTime() - serverNow.getTime() > TICK_MS) tick();
    const timer = setInterval(tick, TICK_MS);
    return () => clearInterval(timer);
  }, [serverNow]);
  return <Now value={serverNow > now ? serverNow : now}>{children}</Now>;
}

export function useNow(): Date {
  return useContext(Now);
}

const UNITS: [unit: string, seconds: number, before?: string, after?: string][] = [
  ["year", 31_536_000, "last year", "next year"],
  ["month", 2_592_000, "last month", "next month"],
  ["day", 86_400, "yesterday", "tomorrow"],
  ["hour", 3_600],
  ["minute", 60],
];

/**
 * Formats a time like `Intl.RelativeTimeFormat`: "3 minutes ago", "in 2 days", "just now". Avoids
 * `Intl` for the reason that `formatNumber` gives.
 */
export function relativeTime(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  for (const [unit, length, before, after] of UNITS) {
    const exactly = Math.abs(seconds) / length;
    if (exactly < 1) continue;
    // A time that was 7 days ahead still says "in 7 days" half an hour later.
    const count = Math.trunc(seconds > 0 && length >= 3_600 ? exactly + 0.02 : exactly);
    const near = seconds < 0 ? before : after;
    if (count === 1 && near) return near;
    const amount = `${count} ${unit}${count === 1 ? "" : "s"}`;
    return seconds < 0 ? `${amount} ago` : `in ${amount}`;
  }
  return seconds > 0 ? "in less than a minute" : "just now";
}

/** Formats the exact time with its zone in the user's locale. */
export function exactTime(at: Date): string {
  return at.toLocaleString(undefined, { dateStyle: "long", timeStyle: "long" });
}

/** Shows a time in relative words. `TimeTooltip` shows the exact time. */
export function Time({ at }: { at: Date }) {
  return (
    <time dateTime={at.toISOString()} data-relative className="whitespace-nowrap">
      {relativeTime(at, useNow())}
    </time>
  );
}
