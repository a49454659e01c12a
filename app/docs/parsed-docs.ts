import { docsMarkdown } from "#app/docs/docs-markdown.ts";
import { DOCS_PAGES } from "#components/docs/docs-pages.ts";
import { type Section, sectionsOf } from "#components/docs/sections.ts";
import { configuredApiAddress } from "#lib/config/api-address.ts";
import { onceAProcess } from "#lib/once-a-process.ts";

type ParsedPage = { href: string; title: string; description: string; sections: Section[] };

/** Lists every page of the documentation with its sections, in reading order. */
export const parsedDocs = onceAProcess("goodtakeParsedDocs", (): ParsedPage[] =>
  DOCS_PAGES.map(({ slug, title, description }) => ({
    href: `/docs/${slug}`,
    title,
    description,
    sections: sectionsOf(docsMarkdown(slug, configuredApiAddress() ?? "http://localhost:3000")).sections,
  })),
);
