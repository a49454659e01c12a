/** Where a person lands who asked for nothing in particular. */
export const HOME = "/settings/developer";

const ANY_ORIGIN = "https://own.invalid";
/** The only characters of a path and query in their encoded form: no control character, no space, no backslash. */
const PATH = /^\/[\w\-.~!$&'()*+,;=:@%/?]*$/;

/**
 * The page to show after signing in, as a path of our own origin; anything else, `//evil.example`, `/\evil.example` and
 * `javascript:` among it, is the home page (CWE-601). So are the sign-in pages themselves, which would lead round in a circle.
 * An export becomes the page that has it: a download would leave the sign-in page waiting.
 */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || next.length > 2_000 || !PATH.test(next) || next.startsWith("//")) return HOME;
  const url = URL.parse(next, ANY_ORIGIN);
  if (url?.origin !== ANY_ORIGIN || url.pathname.startsWith("//")) return HOME;
  if (/^\/(sign-in|sign-up|password-link|api)?(\/|$)/.test(url.pathname)) return HOME;
  // The mark of a client-side navigation. Deleting what isn't there would still spell the other parameters anew.
  if (url.searchParams.has("_rsc")) url.searchParams.delete("_rsc");
  return url.pathname.replace(/\/export$/, "") + url.search;
}
