"use client";

import { useEffect, useEffectEvent, useState, useSyncExternalStore } from "react";
import { newerLogsHref } from "#components/logs/logs-url.ts";
import { type LoggedRequest, mergeLogs } from "#lib/usage/model/log-rows.ts";
import type { LogsFilter } from "#lib/usage/model/logs-query.ts";

const POLL_MS = 2_000;

/** Whether polls run, and why not, or that the last one failed. */
export type LiveState = "live" | "paused" | "hidden" | "offline" | "failed" | "signed_out";

type Options = { initial: LoggedRequest[]; filter: LogsFilter; now: Date; onNew: (requests: number) => void };

/** Keeps the first page of Logs current while the page is visible and the browser online. */
export function useLiveLogs({ initial, filter, now, onNew }: Options) {
  const [rows, setRows] = useState(initial);
  const [paused, setPaused] = useState(false);
  const [trouble, setTrouble] = useState<"failed" | "signed_out">();
  const isOnline = useSyncExternalStore(watchPage, () => navigator.onLine, always);
  const isVisible = useSyncExternalStore(watchPage, () => document.visibilityState === "visible", always);
  const state = stateOf();

  const poll = useEffectEvent(async (signal: AbortSignal) => {
    const found = await readNewer(newerLogsHref(filter, rows[0]?.createdAt ?? now), signal);
    if (signal.aborted) return;
    setTrouble(typeof found === "string" ? found : undefined);
    if (typeof found !== "string") add(found);
  });
  const add = useEffectEvent((found: LoggedRequest[]) => {
    const known = new Set(rows.map(({ requestId }) => requestId));
    const merged = mergeLogs(rows, found);
    const added = merged.filter(({ requestId }) => !known.has(requestId)).length;
    if (added === 0) return;
    setRows(merged);
    onNew(added);
  });

  const isPolling = state === "live" || state === "failed";
  useEffect(() => {
    if (!isPolling) return;
    const stopped = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const schedule = () => {
      timer = setTimeout(() => void poll(stopped.signal).then(() => stopped.signal.aborted || schedule()), POLL_MS);
    };
    schedule();
    return () => {
      stopped.abort();
      clearTimeout(timer);
    };
  }, [isPolling]);

  return { rows, state, setPaused };

  function stateOf(): LiveState {
    if (trouble === "signed_out") return trouble;
    if (paused) return "paused";
    if (!isOnline) return "offline";
    if (!isVisible) return "hidden";
    return trouble ?? "live";
  }
}

/** Reads the requests since the latest known one; never rejects. */
async function readNewer(href: string, signal: AbortSignal): Promise<LoggedRequest[] | "failed" | "signed_out"> {
  try {
    const answer = await fetch(href, { signal, cache: "no-store" });
    if (answer.status === 401) return "signed_out";
    return answer.ok ? JSON.parse(await answer.text(), toDate) : "failed";
  } catch {
    return "failed";
  }
}

function toDate(name: string, value: unknown): unknown {
  return name.endsWith("At") && typeof value === "string" ? new Date(value) : value;
}

function watchPage(onChange: () => void): () => void {
  const events = [
    [window, "online"],
    [window, "offline"],
    [document, "visibilitychange"],
  ] as const;
  for (const [target, event] of events) target.addEventListener(event, onChange);
  return () => {
    for (const [target, event] of events) target.removeEventListener(event, onChange);
  };
}

const always = () => true;
