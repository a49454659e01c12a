/** Lists the pages of the documentation in their reading order. */
export const DOCS_PAGES = [
  {
    slug: "quick-start",
    title: "Quick start",
    description: "Create a key and send your first request.",
  },
  {
    slug: "authentication",
    title: "Authentication",
    description: "How to authenticate requests with an API key, and how to keep keys safe.",
  },
  {
    slug: "permissions",
    title: "Permissions",
    description: "What a key may do, from where, and how much it may spend.",
  },
  {
    slug: "errors",
    title: "Errors",
    description: "Every error code, what to do about it, and when to retry.",
  },
  {
    slug: "rate-limits",
    title: "Limits and credits",
    description: "How many requests each tier allows, and what they cost.",
  },
  {
    slug: "gateway",
    title: "Gateways",
    description: "Use GoodTake's keys, limits and credits for your own API.",
  },
  {
    slug: "agents",
    title: "Keys for AI agents",
    description: "Give an agent a key with few permissions, and protect an MCP server.",
  },
  {
    slug: "leaks",
    title: "Leaked keys",
    description: "Revoke a leaked key, report one that you found, and find keys in your code.",
  },
  {
    slug: "api",
    title: "API reference",
    description: "Every route, parameter and response of the GoodTake API.",
  },
] as const;

export type DocsSlug = (typeof DOCS_PAGES)[number]["slug"];
/** A page that is written in Markdown. The API reference comes from the OpenAPI document. */
export type GuideSlug = Exclude<DocsSlug, "api">;

export function findDocsPage(slug: string) {
  return DOCS_PAGES.find((page) => page.slug === slug);
}
