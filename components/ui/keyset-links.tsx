import { buttonClass } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";

type Props = {
  label?: string;
  /** The address of the page of newer rows; null on the newest. */
  newer: string | null;
  older: string | null;
  /** What the two links are called. */
  words?: [newer: string, older: string];
};

/** Links to the pages before and after one of a list that is never counted; nothing where one page is all. */
export function KeysetLinks({ label = "Pages", newer, older, words = ["Newer", "Older"] }: Props) {
  if (!newer && !older) return null;
  return (
    <nav aria-label={label} className="mt-3 flex justify-end gap-2">
      {newer && (
        <Link href={newer} className={buttonClass({ size: "small" })}>
          {words[0]}
        </Link>
      )}
      {older && (
        <Link href={older} className={buttonClass({ size: "small" })}>
          {words[1]}
        </Link>
      )}
    </nav>
  );
}
