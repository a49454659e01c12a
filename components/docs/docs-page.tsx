import type { ReactNode } from "react";
import { AnchorLink } from "#components/docs/anchor-link.tsx";
import { CopyMarkdown } from "#components/docs/copy-markdown.tsx";
import type { DocsSlug } from "#components/docs/docs-pages.ts";
import { Markdown } from "#components/docs/markdown.tsx";
import { NeighborLinks } from "#components/docs/neighbor-links.tsx";
import { type Section, sectionsOf } from "#components/docs/sections.ts";

type Props = { slug: DocsSlug; title: string; markdown: string };

/** Shows a guide: one column of text with its table of contents beside it. */
export function DocsPage({ slug, title, markdown }: Props) {
  const { lead, sections } = sectionsOf(markdown);
  return (
    <div className="flex min-w-0 flex-1 justify-between gap-12">
      <main id="content" tabIndex={-1} className="min-w-0 max-w-3xl flex-1 pt-8 pb-24 outline-none sm:pt-12">
        <DocsHeading slug={slug} title={title}>
          <Markdown tokens={lead} />
        </DocsHeading>
        {sections.map(({ id, title, tokens }) => (
          <section
            key={id}
            aria-labelledby={id}
            className="mt-14 flex flex-col gap-4 text-pretty text-[0.9375rem] leading-relaxed"
          >
            <AnchoredHeading id={id} title={title} />
            <Markdown tokens={tokens} />
          </section>
        ))}
        <NeighborLinks slug={slug} />
      </main>
      <TableOfContents sections={sections} />
    </div>
  );
}

/** The title of a page, its first sentences, and its Markdown. */
export function DocsHeading({ slug, title, children }: { slug: DocsSlug; title: string; children: ReactNode }) {
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h1 className="min-w-0 hyphens-auto text-balance break-words font-semibold text-3xl tracking-tight">{title}</h1>
        <CopyMarkdown href={`/docs/${slug}.md`} />
      </div>
      <div className="mt-3 max-w-3xl text-pretty text-base text-muted">{children}</div>
    </>
  );
}

/** The heading of a section, with a link to it beside it. */
export function AnchoredHeading({ id, title }: { id: string; title: string }) {
  return (
    <div className="group flex items-baseline gap-2">
      <h2 id={id} className="scroll-mt-20 text-balance font-semibold text-xl tracking-tight">
        {title}
      </h2>
      <AnchorLink id={id} title={title} />
    </div>
  );
}

function TableOfContents({ sections }: { sections: Section[] }) {
  return (
    <nav
      aria-label="On this page"
      className="sticky top-14 hidden w-48 shrink-0 self-start pt-14 lg:block print:hidden"
    >
      <p className="pb-2 font-medium text-[0.8125rem]">On this page</p>
      <ul className="flex flex-col gap-1.5 border-line border-l text-[0.8125rem]">
        {sections.map(({ id, title }) => (
          <li key={id}>
            <a
              href={`#${id}`}
              className="-ml-px block border-transparent border-l py-0.5 pl-3 text-muted hover:border-ink hover:text-ink"
            >
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
