import { globSync } from "node:fs";
import path from "node:path";

const PROJECT = path.resolve(import.meta.dirname, "../..");
/** Views that only a form or a filtered page leads to. */
const FURTHER = [
  "/settings/activity/export?about=account",
  "/settings/developer?q=Key+9",
  "/settings/developer?restricted=yes",
  "/settings/logs?request=0a2f6c1e-7d35-4b0e-9a51-3c5d8e2f4b60",
];
/** The most links of one route that differ in the same parameters. */
const ALIKE_MAX = 4;

/** Folders of Next's routes that aren't views of an account. */
export const NO_VIEWS = ["api", "docs", "unsubscribe"];

export type Route = { pattern: RegExp; path: string; kind: "page" | "export" };

/**
 * Returns every page, and every route that returns a file, from the folder of Next's routes. Leaves
 * out the routes of `/api`, and the docs and unsubscribe pages, which are the same for every
 * account.
 */
export function dashboardRoutes(): Route[] {
  return globSync("**/{page.tsx,route.ts}", { cwd: path.join(PROJECT, "app") })
    .map((file) => ({ file, segments: path.dirname(file).split(path.sep) }))
    .filter(({ segments }) => !NO_VIEWS.some((name) => segments.includes(name)))
    .map(({ file, segments }): Route => {
      const parts = segments.filter((segment) => segment !== "." && !/^\(.*\)$/.test(segment));
      const pattern = parts.map((part) => (part.startsWith("[") ? "[^/]+" : part));
      return {
        path: `/${parts.join("/")}`,
        pattern: new RegExp(`^/${pattern.join("/")}$`),
        kind: file.endsWith("page.tsx") ? "page" : "export",
      };
    })
    .sort((a, b) => a.path.localeCompare(b.path));
}

/**
 * The views of one account by route: the route itself, and links to it (ranges, filters, older
 * pages).
 */
export type Views = Map<Route, string[]>;

/**
 * Finds an account's views. `read` returns a page's HTML, or undefined where it answers with none.
 *
 * @throws if no page links to a route whose path has a parameter: it would be forgotten.
 */
export async function findViews(read: (path: string) => Promise<string | undefined>): Promise<Views> {
  const routes = dashboardRoutes();
  const views: Views = new Map(routes.map((route) => [route, route.path.includes("[") ? [] : [route.path]]));
  // Pages of fixed paths link to the others, whose own links count, too. A fixed path has
  // precedence over a parameter.
  const routeOf = (pathname: string) =>
    routes.find((route) => route.path === pathname) ?? routes.find((route) => route.pattern.test(pathname));
  for (const isParametric of [false, true])
    for (const route of routes.filter((each) => each.path.includes("[") === isParametric)) {
      const [own] = views.get(route) ?? [];
      if (!own) throw new Error(`No page links to ${route.path}.`);
      const html = route.kind === "page" ? await read(own) : undefined;
      for (const link of html ? linksIn(html) : []) {
        const { pathname } = new URL(link, "http://dashboard");
        const to = routeOf(pathname);
        const known = (to && views.get(to)) ?? [];
        const isFirst = to?.path.includes("[") && known.length === 0;
        if (isFirst || (link !== own && known.some((view) => view.split("?")[0] === pathname))) addAlike(known, link);
      }
    }
  for (const view of FURTHER) views.get(routes.find(({ path }) => path === view.split("?")[0]) as Route)?.push(view);
  return views;
}

function addAlike(views: string[], link: string): void {
  const parameters = (view: string) => [...new URL(view, "http://dashboard").searchParams.keys()].sort().join();
  const alike = views.filter((view) => parameters(view) === parameters(link));
  if (!views.includes(link) && alike.length < ALIKE_MAX) views.push(link);
}

function linksIn(html: string): string[] {
  const links = [...html.matchAll(/<a [^>]*?href="(\/[^"#]*)/g)].map(([, href]) =>
    (href as string).replaceAll("&amp;", "&"),
  );
  return [...new Set(links)];
}
