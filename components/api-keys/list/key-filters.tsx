"use client";

import { Search as SearchIcon, X } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { ENVIRONMENT_LABELS, STATUS_LABELS } from "#components/api-keys/detail/key-facts.tsx";
import { FoundKey, type Search } from "#components/api-keys/list/found-key.tsx";
import { keyGuard } from "#components/api-keys/list/key-guard.ts";
import { SHORTCUT_TARGETS } from "#components/api-keys/list/shortcuts.tsx";
import { useViewNavigation, ViewLink } from "#components/api-keys/list/view-navigation.tsx";
import { isFiltered, viewHref } from "#components/api-keys/list/view-url.ts";
import { failureWords } from "#components/frame/action-failure.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { INPUT_CLASS } from "#components/ui/input-class.ts";
import { Select } from "#components/ui/select.tsx";
import { findApiKeyByHashAction } from "#lib/actions/api-keys.ts";
import { ENVIRONMENTS } from "#lib/api-keys/model/environment.ts";
import { KEY_GRAMMAR } from "#lib/api-keys/model/key-text.ts";
import { type ListQuery, searchText, UNFILTERED } from "#lib/api-keys/model/list-view.ts";
import { STATUSES } from "#lib/api-keys/model/status.ts";

const TYPING_PAUSE_MS = 250;

/** Search and filters. A form that GETs its fields, so that it works without JavaScript; with it, it follows the typing. */
export function KeyFilters({ query }: { query: ListQuery }) {
  const { go } = useViewNavigation();
  const form = useRef<HTMLFormElement>(null);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [search, setSearch] = useState<Search>();
  useEffect(() => () => clearTimeout(pause.current), []);

  const { q, status, environment } = query;
  // The texts that this form asked for and has not seen in the URL yet.
  const asked = useRef([q]);
  useEffect(() => {
    // The URL changed by a link or the back button: the fields follow. By the form itself: somebody may have typed on since.
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
      clearTimeout(pause.current);
      if (KEY_GRAMMAR.test(key)) void find(key);
      else setSearch("no_key");
    },
    () => {
      clearTimeout(pause.current);
      setSearch(undefined);
      pause.current = setTimeout(apply, TYPING_PAUSE_MS);
    },
  );
  /** By its hash, made here. */
  async function find(secret: string) {
    setSearch("looking");
    try {
      const { hashKey } = await import("#components/api-keys/list/hash-key.ts");
      const result = await findApiKeyByHashAction(hashKey(secret));
      setSearch({ found: result.ok ? result.value : null });
    } catch (error) {
      setSearch({ failure: failureWords(error, "") });
    }
  }
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
            id={SHORTCUT_TARGETS.search}
            type="search"
            name="q"
            defaultValue={q}
            aria-label="Search"
            aria-describedby={search ? "found-key" : undefined}
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
        {isFiltered(query) && (
          <ViewLink query={query} change={UNFILTERED} className={buttonClass({ variant: "quiet" }, "max-sm:px-2.5")}>
            <X aria-hidden className="size-4 sm:hidden" />
            <span className="max-sm:sr-only">Clear</span>
          </ViewLink>
        )}
        <noscript>
          <button type="submit" className={buttonClass({})}>
            Apply
          </button>
        </noscript>
      </form>
      <div id="found-key" role="status" className="mt-3 empty:hidden">
        {search && <FoundKey search={search} onRevoked={() => setSearch(undefined)} />}
      </div>
    </search>
  );
}
