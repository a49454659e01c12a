import type { Metadata } from "next";
import { ApiReference } from "#components/docs/api-reference.tsx";
import { DocsLink, InlineCode } from "#components/docs/docs-page.tsx";
import { apiDocument } from "#lib/api/document.ts";
import { env } from "#lib/env.ts";

export const metadata: Metadata = {
  title: "API reference",
  description: "Every route of the GoodTake API, from its OpenAPI document.",
};

export default function ApiPage() {
  return (
    <main id="content" tabIndex={-1} className="min-w-0 flex-1 pt-8 pb-24 outline-none sm:pt-12">
      <h1 className="font-semibold text-3xl tracking-tight">API reference</h1>
      <p className="mt-3 max-w-3xl text-pretty text-base text-muted">
        Every route, from the same definitions that answer requests. For your tools there is the{" "}
        <a href="/api/v1/openapi.json" className="text-accent-ink underline underline-offset-3">
          OpenAPI 3.1 document
        </a>
        ; how to send a key stands under <DocsLink href="/docs/authentication">Authentication</DocsLink>.
      </p>
      <h2 className="sr-only">Routes</h2>
      <p className="noscript:block mt-6 hidden">
        The viewer needs JavaScript. The document at <InlineCode>/api/v1/openapi.json</InlineCode> does not.
      </p>
      {/* Where the API has an address of its own, which answers no other site's pages, requests can't be tried from here. */}
      <ApiReference document={apiDocument()} canTry={!env().API_URL} />
    </main>
  );
}
