import type { Metadata } from "next";
import { headers } from "next/headers";
import { ApiReference } from "#components/docs/api-reference.tsx";
import { API_REFERENCE_LEAD } from "#components/docs/api-reference-markdown.ts";
import { DocsHeading } from "#components/docs/docs-page.tsx";
import { findDocsPage } from "#components/docs/docs-pages.ts";
import { Markdown } from "#components/docs/markdown.tsx";
import { NeighborLinks } from "#components/docs/neighbor-links.tsx";
import { describeOperations } from "#components/docs/operations.ts";
import { sectionsOf } from "#components/docs/sections.ts";
import { apiDocument } from "#lib/api/document.ts";
import { apiAddress } from "#lib/config/api-address.ts";

const PAGE = findDocsPage("api");

export const metadata: Metadata = { title: PAGE?.title, description: PAGE?.description };

export default async function ApiPage() {
  const operations = describeOperations(apiDocument(), apiAddress((await headers()).get("host")));
  return (
    <main id="content" tabIndex={-1} className="min-w-0 flex-1 pt-8 pb-24 outline-none sm:pt-12">
      <DocsHeading slug="api" title={PAGE?.title ?? ""}>
        <Markdown tokens={sectionsOf(API_REFERENCE_LEAD).lead} />
      </DocsHeading>
      <nav aria-label="On this page" className="mt-6">
        <ul className="flex flex-col gap-1.5 text-[0.8125rem]">
          {operations.map(({ id, method, path, summary }) => (
            <li key={id}>
              <a href={`#${id}`} className="inline-flex flex-wrap gap-x-2 text-muted hover:text-ink">
                <span className="font-medium text-ink">{summary}</span>
                <code className="break-all font-mono">
                  {method} {path}
                </code>
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ApiReference operations={operations} />
      <NeighborLinks slug="api" />
    </main>
  );
}
