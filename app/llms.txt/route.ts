import { DOCS_PAGES } from "#components/docs/docs-pages.ts";
import { env } from "#lib/config/env.ts";

/**
 * Answers the index of the documentation for language models (llmstxt.org). It links each page as
 * Markdown.
 */
export function GET(request: Request): Response {
  const address = env().PUBLIC_URL ?? `http://${request.headers.get("host")}`;
  const links = DOCS_PAGES.map(
    ({ slug, title, description }) => `- [${title}](${address}/docs/${slug}.md): ${description}`,
  );
  const text = [
    "# GoodTake",
    "> Image generation by HTTP API, and API keys with limits and credits for your own API.",
    `## Docs\n\n${links.join("\n")}`,
    `## Optional\n\n- [OpenAPI document](${address}/api/v1/openapi.json): every route for tools.`,
  ];
  return new Response(`${text.join("\n\n")}\n`, { headers: { "content-type": "text/plain; charset=utf-8" } });
}
