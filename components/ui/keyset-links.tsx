import { buttonClass } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";

type Props = {
  label?: string;
  /** The URLs of the neighboring pages; null if there is none. */
  before: string | null;
  after: string | null;
  /** The texts of the two links. */
  words?: [before: string, after: string];
};

/**
 * Links to the neighboring pages, which works without JavaScript. Shows nothing if there is only
 * one page.
 */
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
