import { marked, type Token, type Tokens } from "marked";

export type Section = { id: string; title: string; tokens: Token[] };

/**
 * Splits Markdown at its headings of the second level. `lead` is what stands before the first of
 * them, without the heading of the page.
 */
export function sectionsOf(markdown: string): { lead: Token[]; sections: Section[] } {
  const lead: Token[] = [];
  const sections: Section[] = [];
  for (const token of marked.lexer(markdown)) {
    if (token.type === "space" || isHeading(token, 1)) continue;
    if (isHeading(token, 2)) sections.push({ id: anchorOf(token.text), title: token.text, tokens: [] });
    else (sections.at(-1)?.tokens ?? lead).push(token);
  }
  return { lead, sections };
}

function isHeading(token: Token, depth: number): token is Tokens.Heading {
  return token.type === "heading" && token.depth === depth;
}

/** Returns the anchor of a heading: its words in lower case, joined by hyphens. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
