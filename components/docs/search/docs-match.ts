/** A section of the documentation that matches a search. `page` is the title of its page. */
export type DocsMatch = { href: string; title: string; page: string; excerpt: string };
