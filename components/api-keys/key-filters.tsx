"use client";

import { Search } from "lucide-react";
import { type ChangeEvent, type FormEvent, useEffect, useRef, useState } from "react";
import { ENVIRONMENT_LABELS, STATUS_LABELS } from "#components/api-keys/key-facts.tsx";
import { useViewNavigation, ViewLink } from "#components/api-keys/view-navigation.tsx";
import { isFiltered, viewHref } from "#components/api-keys/view-url.ts";
import { buttonClass } from "#components/ui/button.tsx";
import { FieldError, INPUT_CLASS } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { ENVIRONMENTS, KEY_SHAPE, type ListQuery, listQuery } from "#lib/api-keys/schema.ts";
import { STATUSES } from "#lib/api-keys/status.ts";

const TYPING_PAUSE_MS = 250;

/** Search and filters. A form that GETs its fields, so that it works without JavaScript; with it, it follows the typing. */
export function KeyFilters({ query }: { query: ListQuery }) {
  const { go } = useViewNavigation();
  const form = useRef<HTMLFormElement>(null);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [clearedKey, setClearedKey] = useState(false);
  useEffect(() => () => clearTimeout(pause.current), []);

  const { q, status, environment } = query;
  useEffect(() => {
    // The URL changed by a link or the back button: the fields follow, but the text never while somebody types it.
    for (const [name, value] of Object.entries({ q, status, environment })) {
      const field = form.current?.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
      if (name !== "q" || field !== document.activeElement) field.value = value ?? "";
    }
  }, [q, status, environment]);

  function apply() {
    clearTimeout(pause.current);
    if (!form.current) return;
    const chosen = listQuery.parse(Object.fromEntries(new FormData(form.current)));
    const href = viewHref(query, { q: chosen.q, status: chosen.status, environment: chosen.environment });
    if (href !== viewHref(query, {})) go(href);
  }
  function follow({ currentTarget }: ChangeEvent<HTMLInputElement>) {
    const isKey = KEY_SHAPE.test(currentTarget.value);
    if (isKey) currentTarget.value = "";
    setClearedKey(isKey);
    clearTimeout(pause.current);
    if (!isKey) pause.current = setTimeout(apply, TYPING_PAUSE_MS);
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    apply();
  }
  return (
    <search>
      <form ref={form} action="/settings/developer" onSubmit={submit} className="flex flex-wrap items-center gap-2">
        <span className="relative min-w-0 flex-1 basis-full sm:basis-56">
          <Search aria-hidden className="pointer-events-none absolute top-2.5 left-2.5 size-4 text-muted" />
          <input
            type="search"
            name="q"
            defaultValue={q}
            onChange={follow}
            aria-label="Search"
            aria-describedby={clearedKey ? "search-cleared" : undefined}
            placeholder="Search by name or prefix"
            autoComplete="off"
            spellCheck={false}
            maxLength={100}
            className={`${INPUT_CLASS} pl-8.5`}
          />
        </span>
        <Select
          name="status"
          aria-label="Status"
          defaultValue={status ?? ""}
          onChange={apply}
          className="flex-1 sm:flex-none"
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
          className="flex-1 sm:flex-none"
        >
          <option value="">Any environment</option>
          {ENVIRONMENTS.map((value) => (
            <option key={value} value={value}>
              {ENVIRONMENT_LABELS[value]}
            </option>
          ))}
        </Select>
        {isFiltered(query) && (
          <ViewLink
            query={query}
            change={{ q: "", status: null, environment: null }}
            className={buttonClass({ variant: "quiet" })}
          >
            Clear
          </ViewLink>
        )}
        <noscript>
          <button type="submit" className={buttonClass({})}>
            Apply
          </button>
        </noscript>
      </form>
      <div role="alert" className="mt-2 empty:hidden">
        {clearedKey && (
          <FieldError id="search-cleared">
            That looked like an API key, so it was cleared and not sent anywhere. Search by its first 7 characters
            instead.
          </FieldError>
        )}
      </div>
    </search>
  );
}
