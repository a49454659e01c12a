import { buttonClass } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";

type Props = {
  label?: string;
  /** The addresses of the page before and of the page after; null where there is none. */
  before: string | null;
  after: string | null;
  /** What the two links are called. */
  words?: [before: string, after: string];
};

/** Links to the page before and the page after, which work without JavaScript; nothing where one page is all. */
export function KeysetLinks({ label = "Pages", before, after, words = ["Newer", "Older"] }: Props) {
  if (!before && !after) return null;
  const [back, on] = words;
  return (
    <nav aria-label={label} className="mt-3 flex justify-end gap-2">
      {before && (
        <Link href={before} className={buttonClass({ size: "small" })}>
          {back}
        </Link>
      )}
      {after && (
        <Link href={after} className={buttonClass({ size: "small" })}>
          {on}
        </Link>
      )}
    </nav>
  );
}
