import type { Metadata } from "next";
import { searchDocs } from "#app/docs/search-docs.ts";
import { MatchText } from "#components/docs/search/match-text.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { INPUT_CLASS } from "#components/ui/input-class.ts";
import { Link } from "#components/ui/link.tsx";
import { NO_KEY_PATTERN } from "#lib/api-keys/model/key-text.ts";

export const metadata: Metadata = { title: "Search the docs", robots: { index: false } };

type Props = { searchParams: Promise<{ q?: string | string[] }> };

/** Searches without JavaScript; with it, a dialog shows the same matches while the user types. */
export default async function DocsSearchPage({ searchParams }: Props) {
  const query = [(await searchParams).q ?? ""].flat()[0] ?? "";
  const matches = searchDocs(query);
  return (
    <main id="content" tabIndex={-1} className="min-w-0 max-w-3xl flex-1 pt-8 pb-24 outline-none sm:pt-12">
      <h1 className="font-semibold text-3xl tracking-tight">Search the docs</h1>
      <search>
        <form className="mt-6 flex gap-2">
          <input
            type="search"
            name="q"
            aria-label="Search the docs"
            defaultValue={query}
            pattern={NO_KEY_PATTERN}
            title="Don't search for an API key."
            className={INPUT_CLASS}
          />
          <button type="submit" className={buttonClass({ variant: "primary" })}>
            Search
          </button>
        </form>
      </search>
      {query && (
        <p className="mt-6 text-muted">
          {matches.length === 0 ? `No results for “${query}”.` : `Results for “${query}”`}
        </p>
      )}
      <ul className="mt-3 divide-y divide-line">
        {matches.map((match) => (
          <li key={match.href}>
            <Link href={match.href} className="block rounded-lg py-3 hover:bg-hover">
              <MatchText {...match} />
            </Link>
          </li>
        ))}
      </ul>
    </main>
  );
}
