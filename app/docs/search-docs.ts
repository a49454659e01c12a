import type { Token, Tokens } from "marked";
import MiniSearch, { type SearchResult } from "minisearch";
import { parsedDocs } from "#app/docs/parsed-docs.ts";
import type { DocsMatch } from "#components/docs/search/docs-match.ts";
import { onceAProcess } from "#lib/once-a-process.ts";

const MATCHES_MAX = 8;
const QUERY_MAX_LENGTH = 100;
/** Characters of a section that are shown before and after the first word that matches. */
const EXCERPT_BEFORE = 40;
const EXCERPT_AFTER = 100;

type Indexed = DocsMatch & { text: string };

/**
 * Holds all pages and sections: some 50 entries, indexed in a few milliseconds at the first search.
 */
const index = onceAProcess("goodtakeDocsIndex", () => {
  const search = new MiniSearch<Indexed>({
    idField: "href",
    fields: ["title", "page", "text"],
    storeFields: ["href", "title", "page", "text"],
    searchOptions: { prefix: true, fuzzy: 0.2, combineWith: "AND", boost: { title: 3, page: 2 } },
  });
  for (const { href, title, description, sections } of parsedDocs()) {
    search.add({ href, title, page: title, text: description, excerpt: "" });
    for (const section of sections) {
      const text = textOf(section.tokens);
      search.add({ href: `${href}#${section.id}`, title: section.title, page: title, text, excerpt: "" });
    }
  }
  return search;
});

/** Finds the sections that have every word of the query, also with a typo, best first. */
export function searchDocs(query: string): DocsMatch[] {
  return index()
    .search(query.slice(0, QUERY_MAX_LENGTH))
    .slice(0, MATCHES_MAX)
    .map((result) => ({
      href: result.id,
      title: result.title,
      page: result.page,
      excerpt: excerptOf(result),
    }));
}

function excerptOf({ text, terms }: SearchResult): string {
  const places = terms.map((term) => text.toLowerCase().indexOf(term)).filter((place) => place >= 0);
  const first = Math.max(0, Math.min(...places, text.length) - EXCERPT_BEFORE);
  const begin = places.length === 0 || first === 0 ? 0 : text.indexOf(" ", first) + 1;
  const end = begin + EXCERPT_BEFORE + EXCERPT_AFTER;
  const excerpt = text.slice(begin, end < text.length ? text.lastIndexOf(" ", end) : undefined);
  return `${begin > 0 ? "… " : ""}${excerpt}${end < text.length ? " …" : ""}`;
}

const INLINE = new Set(["text", "strong", "codespan", "link", "escape"]);

/** Returns the text of Markdown without its notation. */
function textOf(tokens: Token[]): string {
  return tokens
    .map(wordsOf)
    .join("")
    .replace(/\[!WARNING\]|\s+/g, " ")
    .trim();
}

function wordsOf(token: Token): string {
  if (token.type === "table") {
    const cells: Tokens.TableCell[] = [token.header, ...token.rows].flat();
    return cells.map(({ tokens }) => `${textOf(tokens)} `).join("");
  }
  const children: Token[] | undefined =
    token.type === "list" ? token.items : "tokens" in token ? token.tokens : undefined;
  const text = children ? children.map(wordsOf).join("") : "text" in token ? token.text : "";
  return INLINE.has(token.type) ? text : `${text} `;
}
