import type { ReactNode } from "react";
import { Link } from "#components/ui/link.tsx";

export type Section = { id: string; title: string };

type Props = { title: string; lead: ReactNode; sections: readonly Section[]; children: ReactNode };

/** Shows a page of documentation: one column of text with its table of contents beside it. */
export function DocsPage({ title, lead, sections, children }: Props) {
  return (
    <div className="flex min-w-0 flex-1 justify-between gap-12">
      <main id="content" tabIndex={-1} className="min-w-0 max-w-3xl flex-1 pt-8 pb-24 outline-none sm:pt-12">
        <h1 className="hyphens-auto text-balance break-words font-semibold text-3xl tracking-tight">{title}</h1>
        <p className="mt-3 text-pretty text-base text-muted">{lead}</p>
        {children}
      </main>
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
    </div>
  );
}

export function DocsSection({ id, title, children }: Section & { children: ReactNode }) {
  return (
    <section aria-labelledby={id} className="mt-14 flex flex-col gap-4 text-[0.9375rem] leading-relaxed">
      <h2 id={id} className="group scroll-mt-20 font-semibold text-xl tracking-tight">
        {title}
        <a
          href={`#${id}`}
          aria-label={`Link to ${title}`}
          className="ml-2 text-muted opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
        >
          #
        </a>
      </h2>
      {children}
    </section>
  );
}

export function DocsLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="text-accent-ink underline underline-offset-3">
      {children}
    </Link>
  );
}

export function InlineCode({ children }: { children: ReactNode }) {
  return (
    <code className="whitespace-nowrap rounded-md max-sm:whitespace-normal max-sm:[overflow-wrap:anywhere] border border-line bg-sunken px-1.5 py-0.5 font-mono text-[0.85em]">
      {children}
    </code>
  );
}
