"use client";

import { Search as SearchIcon } from "lucide-react";
import { type FormEvent, useEffect, useRef } from "react";
import { ENVIRONMENT_LABELS, STATUS_LABELS } from "#components/api-keys/detail/key-facts.tsx";
import { FoundKey } from "#components/api-keys/list/found-key.tsx";
import { keyGuard } from "#components/api-keys/list/key-guard.ts";
import { QuickFilters } from "#components/api-keys/list/quick-filters.tsx";
import { SortControl } from "#components/api-keys/list/sort-control.tsx";
import { useKeyLookup } from "#components/api-keys/list/use-key-lookup.ts";
import { useViewNavigation } from "#components/api-keys/list/view-navigation.tsx";
import { viewHref } from "#components/api-keys/list/view-url.ts";
import { useShortcut } from "#components/frame/use-shortcut.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { INPUT_CLASS } from "#components/ui/input-class.ts";
import { Select } from "#components/ui/select.tsx";
import { ENVIRONMENTS } from "#lib/api-keys/model/environment.ts";
import { type ListQuery, searchText } from "#lib/api-keys/model/list-view.ts";
import { STATUSES } from "#lib/api-keys/model/status.ts";

const TYPING_PAUSE_MS = 250;

/**
 * Filters the list. It is a GET form, so that it works without JavaScript; with JavaScript the list
 * follows the typing.
 */
export function KeyFilters({ query }: { query: ListQuery }) {
  const { go } = useViewNavigation();
  const form = useRef<HTMLFormElement>(null);
  const searchField = useRef<HTMLInputElement>(null);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const { lookup, lookUp, clear } = useKeyLookup();
  useEffect(() => () => clearTimeout(pause.current), []);
  useShortcut("/", () => searchField.current?.focus());

  const { q, status, environment } = query;
  // The texts that this form has asked for and that are not in the URL yet.
  const asked = useRef([q]);
  useEffect(() => {
    // The fields follow a URL that a link or the back button has changed. If this form has changed
    // it, the search field stays, because the user may have typed on.
    const own = asked.current.lastIndexOf(q);
    asked.current = own < 0 ? [] : asked.current.slice(own + 1);
    for (const [name, value] of Object.entries({ q, status, environment })) {
      const field = form.current?.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
      if (name !== "q" || own < 0) field.value = value ?? "";
    }
  }, [q, status, environment]);

  function apply() {
    clearTimeout(pause.current);
    if (!form.current) return;
    const chosen = new FormData(form.current);
    const text = searchText(String(chosen.get("q")));
    const href = viewHref(query, {
      q: text,
      status: STATUSES.find((value) => value === chosen.get("status")) ?? null,
      environment: ENVIRONMENTS.find((value) => value === chosen.get("environment")) ?? null,
    });
    if (href === viewHref(query, {})) return;
    asked.current.push(text);
    go(href);
  }
  const guard = keyGuard(
    (key) => {
      void lookUp(key);
      // The field is empty now, so the list shows all keys again.
      apply();
    },
    () => {
      clearTimeout(pause.current);
      clear();
      pause.current = setTimeout(apply, TYPING_PAUSE_MS);
    },
  );
  function submit(event: FormEvent) {
    event.preventDefault();
    apply();
  }
  return (
    <search>
      <form ref={form} action="/settings/developer" onSubmit={submit} className="flex flex-wrap items-center gap-2">
        <span className="relative min-w-0 flex-1 basis-full sm:basis-56">
          <SearchIcon aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted" />
          <input
            ref={searchField}
            type="search"
            name="q"
            defaultValue={q}
            aria-label="Search"
            aria-describedby={lookup ? "found-key" : undefined}
            placeholder="Search, or paste a key to find it"
            autoComplete="off"
            spellCheck={false}
            className={`${INPUT_CLASS} pl-8.5`}
            {...guard}
          />
        </span>
        <Select
          name="status"
          aria-label="Status"
          defaultValue={status ?? ""}
          onChange={apply}
          className="flex-auto sm:flex-none"
        >
          <option value="">Any status</option>
          {STATUSES.map((value) => (
            <option key={value} value={value}>
              {STATUS_LABELS[value]}
            </option>
          ))}
        </Select>
        <Select
          name="environment"
          aria-label="Environment"
          defaultValue={environment ?? ""}
          onChange={apply}
          className="flex-auto sm:flex-none"
        >
          <option value="">Any environment</option>
          {ENVIRONMENTS.map((value) => (
            <option key={value} value={value}>
              {ENVIRONMENT_LABELS[value]}
            </option>
          ))}
        </Select>
        {query.finding && <input type="hidden" name="finding" value={query.finding} />}
        {query.use && <input type="hidden" name="use" value={query.use} />}
        {query.restricted && <input type="hidden" name="restricted" value={query.restricted} />}
        <SortControl query={query} />
        <noscript>
          <button type="submit" className={buttonClass({})}>
            Apply
          </button>
        </noscript>
      </form>
      <QuickFilters query={query} />
      <div id="found-key" role="status" className="mt-3 empty:hidden">
        {lookup && <FoundKey lookup={lookup} onRevoked={clear} searchField={searchField} />}
      </div>
    </search>
  );
}
