import { Link } from "#components/ui/link.tsx";

/** Links a key's name to its page. */
export function KeyLink({ id, name }: { id: string; name: string }) {
  return (
    <Link href={`/settings/developer/${id}`} className="text-accent-ink underline underline-offset-3">
      <bdi className="break-words">{name}</bdi>
    </Link>
  );
}
