import type { DocsMatch } from "#components/docs/search/docs-match.ts";

export function MatchText({ title, page, excerpt }: DocsMatch) {
  return (
    <>
      <span className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-medium">{title}</span>
        {page !== title && <span className="text-muted text-xs">{page}</span>}
      </span>
      <span className="line-clamp-2 break-words text-[0.8125rem] text-muted">{excerpt}</span>
    </>
  );
}
