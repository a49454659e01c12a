import { redirect } from "next/navigation";

/** The first of the pages. */
export default function DocsIndexPage() {
  redirect("/docs/authentication");
}
