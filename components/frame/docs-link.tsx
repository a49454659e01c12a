import { BookOpen } from "lucide-react";
import Link from "next/link";
import { buttonClass } from "#components/ui/button.tsx";

export function DocsLink() {
  return (
    <Link href="/docs/authentication" className={buttonClass({ variant: "quiet", size: "small" })}>
      <BookOpen aria-hidden className="size-4" />
      Docs
    </Link>
  );
}
