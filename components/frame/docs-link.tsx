import { BookOpen } from "lucide-react";
import { buttonClass } from "#components/ui/button.tsx";
import { Link } from "#components/ui/link.tsx";

export function DocsLink() {
  return (
    <Link href="/docs/quick-start" className={buttonClass({ variant: "quiet", size: "small" })}>
      <BookOpen aria-hidden className="size-4" />
      <span className="max-sm:sr-only">Docs</span>
    </Link>
  );
}
