import { ArrowLeft, ArrowRight } from "lucide-react";
import { DOCS_PAGES, type DocsSlug } from "#components/docs/docs-pages.ts";
import { Link } from "#components/ui/link.tsx";

/** Links the previous and the next page. */
export function NeighborLinks({ slug }: { slug: DocsSlug }) {
  const place = DOCS_PAGES.findIndex((page) => page.slug === slug);
  return (
    <nav
      aria-label="Previous and next page"
      className="mt-16 grid grid-cols-[minmax(0,1fr)] gap-3 border-line border-t pt-6 sm:grid-cols-2 print:hidden"
    >
      <Neighbor page={DOCS_PAGES[place - 1]} direction="Previous" />
      <Neighbor page={DOCS_PAGES[place + 1]} direction="Next" />
    </nav>
  );
}

type NeighborProps = { page: (typeof DOCS_PAGES)[number] | undefined; direction: "Previous" | "Next" };

function Neighbor({ page, direction }: NeighborProps) {
  if (!page) return null;
  const next = direction === "Next";
  return (
    <Link
      href={`/docs/${page.slug}`}
      rel={next ? "next" : "prev"}
      className={`flex items-center gap-3 rounded-xl border border-line px-4 py-3 transition-colors hover:border-line-strong hover:bg-hover ${next ? "justify-end text-right sm:col-start-2" : ""}`}
    >
      {!next && <ArrowLeft aria-hidden className="size-4 shrink-0 text-muted" />}
      <span className="min-w-0 wrap-anywhere">
        <span className="block text-muted text-xs">{direction}</span>
        <span className="font-medium">{page.title}</span>
      </span>
      {next && <ArrowRight aria-hidden className="size-4 shrink-0 text-muted" />}
    </Link>
  );
}
