import { docsMarkdown } from "#app/docs/docs-markdown.ts";
import { findDocsPage } from "#components/docs/docs-pages.ts";
import { apiAddress } from "#lib/config/api-address.ts";

type Context = { params: Promise<{ page: string }> };

/** Answers `/docs/<page>.md` (`next.config.mjs`). */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const page = findDocsPage((await params).page);
  if (!page) return new Response("We couldn't find that page.\n", { status: 404 });
  return new Response(docsMarkdown(page.slug, apiAddress(request.headers.get("host"))), {
    headers: { "content-type": "text/markdown; charset=utf-8" },
  });
}
