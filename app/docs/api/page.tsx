import type { Metadata } from "next";
import { headers } from "next/headers";
import { ApiReference } from "#components/docs/api-reference.tsx";
import { DocsLink } from "#components/docs/docs-page.tsx";
import { apiDocument } from "#lib/api/document.ts";
import { apiAddress } from "#lib/config/api-address.ts";

export const metadata: Metadata = {
  title: "API reference",
  description: "Every route of the GoodTake API, from its OpenAPI document.",
};

export default async function ApiPage() {
  const baseUrl = apiAddress((await headers()).get("host"));
  return (
    <main id="content" tabIndex={-1} className="min-w-0 flex-1 pt-8 pb-24 outline-none sm:pt-12">
      <h1 className="font-semibold text-3xl tracking-tight">API reference</h1>
      <p className="mt-3 max-w-3xl text-pretty text-base text-muted">
        Every route, from the definitions that answer requests. For your tools there is the{" "}
        <a href="/api/v1/openapi.json" className="text-accent-ink underline underline-offset-3">
          OpenAPI 3.1 document
        </a>
        . How to send a key stands under <DocsLink href="/docs/authentication">Authentication</DocsLink>.
      </p>
      <ApiReference document={apiDocument()} baseUrl={baseUrl} />
    </main>
  );
}
