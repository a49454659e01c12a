/** The page after signing in without a `next`. */
export const HOME = "/settings/developer";

const ANY_ORIGIN = "https://own.invalid";
/** The characters of an encoded path and query: no control character, space or backslash. */
const PATH = /^\/[\w\-.~!$&'()*+,;=:@%/?]*$/;

/**
 * Returns the path to show after signing in, on our own origin. Anything else, such as
 * `//evil.example`, `/\evil.example` or `javascript:`, becomes the home page (CWE-601); so do the
 * sign-in pages, which would redirect in a circle. An export becomes its page, because a download
 * would leave the sign-in page waiting.
 */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || next.length > 2_000 || !PATH.test(next) || next.startsWith("//")) return HOME;
  const url = URL.parse(next, ANY_ORIGIN);
  if (url?.origin !== ANY_ORIGIN || url.pathname.startsWith("//")) return HOME;
  if (/^\/(sign-in|sign-up|password-link|api)?(\/|$)/.test(url.pathname)) return HOME;
  // Next's parameter of a client-side navigation. `delete` re-encodes the others, so it is called
  // only if needed.
  if (url.searchParams.has("_rsc")) url.searchParams.delete("_rsc");
  return url.pathname.replace(/\/export$/, "") + url.search;
}
