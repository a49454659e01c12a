import { guideValues } from "#app/docs/guide-values.ts";
import { apiReferenceMarkdown } from "#components/docs/api-reference-markdown.ts";
import type { DocsSlug } from "#components/docs/docs-pages.ts";
import { findDocsPage } from "#components/docs/docs-pages.ts";
import { GUIDE_SOURCES } from "#components/docs/guide-sources.ts";
import { fillIn } from "#components/docs/markdown-text.ts";
import { describeOperations } from "#components/docs/operations.ts";
import { apiDocument } from "#lib/api/document.ts";

/** Returns a page as Markdown. Guides are rendered from it; the reference has the same source. */
export function docsMarkdown(slug: DocsSlug, baseUrl: string): string {
  const text =
    slug === "api"
      ? apiReferenceMarkdown(describeOperations(apiDocument(), baseUrl))
      : fillIn(GUIDE_SOURCES[slug], guideValues(slug, baseUrl)).trim();
  return `# ${findDocsPage(slug)?.title}\n\n${text}\n`;
}
