"use client";

import { Pause, Play } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import { LogsTable } from "#components/logs/logs-table.tsx";
import { logsHref } from "#components/logs/logs-url.ts";
import { type LiveState, useLiveLogs } from "#components/logs/use-live-logs.ts";
import { Button } from "#components/ui/button.tsx";
import { KeysetLinks } from "#components/ui/keyset-links.tsx";
import { Link } from "#components/ui/link.tsx";
import { LOGS_PAGE, type LoggedRequest } from "#lib/usage/model/log-rows.ts";
import type { LogsFilter } from "#lib/usage/model/logs-query.ts";

/** A busy account gets new requests with every poll. They are announced together. */
const ANNOUNCE_MS = 10_000;

type Props = {
  initial: LoggedRequest[];
  hasOlder: boolean;
  filter: LogsFilter;
  now: Date;
  /** Shown while there is no request. */
  empty: ReactNode;
};

/** Shows the latest requests and keeps them current. */
export function LiveLogs({ initial, hasOlder, filter, now, empty }: Props) {
  const { news, addNews } = useNews();
  const { rows, state, setPaused } = useLiveLogs({ initial, filter, now, onNew: addNews });
  const last = rows.at(-1);
  const older = last && (hasOlder || rows.length === LOGS_PAGE);
  return (
    <>
      <div className="noscript:hidden mb-3 flex flex-wrap items-center justify-between gap-2 text-[0.8125rem]">
        <p role="status" className="text-muted">
          <StateWords state={state} />
        </p>
        {state !== "signed_out" && (
          <Button size="small" onClick={() => setPaused(state !== "paused")}>
            {state === "paused" ? <Play aria-hidden className="size-4" /> : <Pause aria-hidden className="size-4" />}
            {state === "paused" ? "Live" : "Pause"}
          </Button>
        )}
      </div>
      <p role="status" className="sr-only">
        {news}
      </p>
      {rows.length === 0 ? empty : <LogsTable rows={rows} />}
      <KeysetLinks
        before={null}
        after={
          older
            ? logsHref({
                ...filter,
                page: { towards: "later", value: last.createdAt.toISOString(), id: last.requestId },
              })
            : null
        }
      />
    </>
  );
}

function StateWords({ state }: { state: LiveState }) {
  switch (state) {
    case "live":
      return "Live: new requests appear within a few seconds.";
    case "paused":
    case "hidden":
      return "Paused.";
    case "offline":
      return "You are offline. Updates continue when you are back online.";
    case "failed":
      return "Logs could not be updated. Trying again.";
    case "signed_out":
      return (
        <>
          You've been signed out.{" "}
          <Link href="/sign-in?next=/settings/logs" className="text-accent-ink underline underline-offset-3">
            Sign in
          </Link>{" "}
          to continue.
        </>
      );
  }
}

/** Collects how many requests are new, and announces them at most every {@link ANNOUNCE_MS}. */
function useNews() {
  const [news, setNews] = useState("");
  const count = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  function addNews(requests: number) {
    count.current += requests;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      setNews(`${count.current} new ${count.current === 1 ? "request" : "requests"}.`);
      count.current = 0;
    }, ANNOUNCE_MS);
  }
  return { news, addNews };
}
