"use client";

import { createContext, type ReactNode, startTransition, useContext, useEffect, useState } from "react";

const Now = createContext<Date>(new Date(0));

const TICK_MS = 15_000;

/**
 * The server's time minus `performance.now()`. An answer is some time on its way, and a page may come from the router's cache, so
 * that the latest of all that were heard is the closest. It is also right again after a sleep, during which some browsers stop
 * `performance.now()`, as soon as the server is heard.
 */
let serverAheadMs = Number.NEGATIVE_INFINITY;

function serverTime(): Date {
  return new Date(serverAheadMs + performance.now());
}

/**
 * The server's now on the first render, so that both render the same words, and advanced by a monotonic clock from the first tick
 * on: the reader's own clock may be wrong by days. Every time of a page rendered twice within its first moment would only keep the
 * reader waiting.
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

/** "3 minutes ago", "in 2 days", and "just now" within a minute: the words of `Intl.RelativeTimeFormat`, see `formatNumber`. */
export function relativeTime(at: Date, now: Date): string {
  const seconds = (at.getTime() - now.getTime()) / 1000;
  for (const [unit, length, before, after] of UNITS) {
    const exactly = Math.abs(seconds) / length;
    if (exactly < 1) continue;
    // What was to come in 7 days is still in 7 days half an hour later.
    const count = Math.trunc(seconds > 0 && length >= 3_600 ? exactly + 0.02 : exactly);
    const near = seconds < 0 ? before : after;
    if (count === 1 && near) return near;
    const amount = `${count} ${unit}${count === 1 ? "" : "s"}`;
    return seconds < 0 ? `${amount} ago` : `in ${amount}`;
  }
  return seconds > 0 ? "in less than a minute" : "just now";
}

/** The exact time with its zone, in the reader's own way of writing it. */
export function exactTime(at: Date): string {
  return at.toLocaleString(undefined, { dateStyle: "long", timeStyle: "long" });
}

/** A moment in relative words; the exact one is in the tooltip (`TimeTooltip`) and for machines. */
export function Time({ at }: { at: Date }) {
  return (
    <time dateTime={at.toISOString()} data-relative className="whitespace-nowrap">
      {relativeTime(at, useNow())}
    </time>
  );
}
