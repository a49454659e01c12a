import { buttonClass } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";

type Props = {
  label?: string;
  page: number;
  pages: number;
  href: (page: number) => string;
  /** The texts of the two links. */
  words?: [back: string, on: string];
};

/**
 * Links to the previous and the next page, which works without JavaScript. Shows nothing if there
 * is only one page.
 */
export function PageLinks({ label = "Pages", page, pages, href, words: [back, on] = ["Newer", "Older"] }: Props) {
  if (pages <= 1) return null;
  return (
    <nav aria-label={label} className="mt-3 flex items-center justify-between text-[0.8125rem] text-muted">
      <span>
        Page {page} of {pages}
      </span>
      <span className="flex gap-2">
        {page > 1 && (
          <Link href={href(page - 1)} className={buttonClass({ size: "small" })}>
            {back}
          </Link>
        )}
        {page < pages && (
          <Link href={href(page + 1)} className={buttonClass({ size: "small" })}>
            {on}
          </Link>
        )}
      </span>
    </nav>
  );
}
