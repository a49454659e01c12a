import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { docsMarkdown } from "#app/docs/docs-markdown.ts";
import { DocsPage } from "#components/docs/docs-page.tsx";
import { findDocsPage } from "#components/docs/docs-pages.ts";
import { apiAddress } from "#lib/config/api-address.ts";

type Props = { params: Promise<{ page: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { title, description } = findDocsPage((await params).page) ?? {};
  return { title, description };
}

export default async function GuidePage({ params }: Props) {
  const page = findDocsPage((await params).page);
  if (!page) notFound();
  const baseUrl = apiAddress((await headers()).get("host"));
  return <DocsPage slug={page.slug} title={page.title} markdown={docsMarkdown(page.slug, baseUrl)} />;
}
