"use client";

import { type ReactNode, useRef } from "react";
import { KeyDialogProvider } from "#components/api-keys/change/key-dialog-provider.tsx";
import { CreateKey, CreateKeyProvider } from "#components/api-keys/create/create-key.tsx";
import { MoreWays } from "#components/api-keys/decoy/more-ways.tsx";
import { LifetimeDaysProvider } from "#components/api-keys/expiry/lifetime-days.ts";
import { KeyFilters } from "#components/api-keys/list/key-filters.tsx";
import { KeyTable } from "#components/api-keys/list/key-table.tsx";
import { ListRef, useListRef } from "#components/api-keys/list/list-ref.ts";
import { Pagination } from "#components/api-keys/list/pagination.tsx";
import { SelectionBar } from "#components/api-keys/list/selection-bar.tsx";
import { useRowFocus } from "#components/api-keys/list/use-row-focus.ts";
import { useSelection } from "#components/api-keys/list/use-selection.ts";
import { useViewNavigation, ViewLink, ViewNavigationProvider } from "#components/api-keys/list/view-navigation.tsx";
import { exportHref } from "#components/api-keys/list/view-url.ts";
import { ApiAddressProvider } from "#components/api-keys/save/api-address.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";
import { Notice } from "#components/ui/notice.tsx";
import { NowProvider } from "#components/ui/time.tsx";
import { type ListQuery, UNFILTERED } from "#lib/api-keys/model/list-view.ts";
import type { KeyList } from "#lib/api-keys/read-key-list.ts";

type Props = Omit<KeyList, "warnings"> & {
  query: ListQuery;
  now: Date;
  apiUrl: string | null;
  lifetimeDays: number | null;
  /** Shows the warnings about the keys. */
  health: ReactNode;
  /** Explains the warning that the list is filtered by. */
  warningNote: ReactNode;
  /** What leads a new account to its first request. */
  start: ReactNode;
};

export function DeveloperSettings({
  page,
  stamp,
  query,
  now,
  apiUrl,
  lifetimeDays,
  health,
  warningNote,
  start,
}: Props) {
  const list = useRef<HTMLElement>(null);
  useRowFocus(list, page);
  return (
    <NowProvider now={now}>
      <ApiAddressProvider value={apiUrl}>
        <LifetimeDaysProvider value={lifetimeDays}>
          <ListRef value={list}>
            <ViewNavigationProvider stamp={stamp}>
              <KeyDialogProvider keys={page.rows}>
                <CreateKeyProvider>
                  <Heading empty={page.isEmpty} />
                  {!page.isEmpty && <Keys page={page} query={query} health={health} warningNote={warningNote} />}
                  {start}
                </CreateKeyProvider>
              </KeyDialogProvider>
            </ViewNavigationProvider>
          </ListRef>
        </LifetimeDaysProvider>
      </ApiAddressProvider>
    </NowProvider>
  );
}

/** Shows the ways to a new key. An empty list has the button for it in its steps. */
function Heading({ empty }: { empty: boolean }) {
  return (
    <header className={`mb-6 flex items-start justify-between gap-4 ${empty ? "" : "flex-col sm:flex-row"}`}>
      <div className="max-w-xl">
        <h1 className="font-semibold text-xl tracking-tight">Developer Settings</h1>
        <p className="mt-1 text-muted">
          API keys authenticate your requests to GoodTake.{" "}
          <Link
            href="/docs/authentication"
            className="text-accent-ink underline decoration-current/30 underline-offset-3 hover:decoration-current"
          >
            Read the docs
          </Link>
        </p>
        <p className="noscript:block mt-1 hidden text-muted">Creating and changing keys needs JavaScript.</p>
      </div>
      <div className="flex max-w-full shrink-0 gap-2 noscript:hidden">
        {!empty && <CreateKey />}
        <MoreWays />
      </div>
    </header>
  );
}

function Keys({ page, query, health, warningNote }: Pick<Props, "page" | "query" | "health" | "warningNote">) {
  const { pending, go, unreached } = useViewNavigation();
  const selection = useSelection(page, query);
  const list = useListRef();
  return (
    <div className="@container flex flex-col gap-3">
      {health}
      <KeyFilters query={query} />
      <div role="status" className="empty:hidden">
        {unreached !== undefined && (
          <Notice tone="warning">
            You're offline. The list may be out of date.{" "}
            <button type="button" onClick={() => go(unreached)} className="rounded underline underline-offset-3">
              Try again
            </button>
          </Notice>
        )}
      </div>
      <SelectionBar selection={selection} matching={page.matching} />
      <section
        ref={list}
        id="api-keys"
        tabIndex={-1}
        aria-label="Your API keys"
        aria-busy={pending}
        // Unlike `hidden`, `clip` lets the table's header stick to the window.
        className="overflow-clip rounded-xl border border-line bg-surface shadow-control outline-none transition-opacity aria-busy:opacity-60"
      >
        {page.matching === 0 ? (
          <div className="flex flex-col items-center gap-3 px-4 py-16 text-center">
            <p className="text-muted" role="status">
              {query.finding ? "No keys are left in this view." : "No keys match this view."}
            </p>
            <ViewLink query={query} change={UNFILTERED} className={buttonClass({ size: "small" })}>
              Show all keys
            </ViewLink>
          </div>
        ) : (
          <>
            {warningNote}
            <KeyTable rows={page.rows} query={query} selection={selection} />
            <Pagination page={page.page} topRows={page.topRows} oldKeys={page.matching - page.topRows} query={query} />
          </>
        )}
      </section>
      <p className="flex flex-wrap gap-x-5 gap-y-1 text-[0.8125rem] text-muted">
        <a href={exportHref(query)} className="rounded underline underline-offset-3 hover:text-ink">
          Export CSV
        </a>
        <Link href="/settings/logs" className="rounded underline underline-offset-3 hover:text-ink">
          View logs
        </Link>
      </p>
    </div>
  );
}
