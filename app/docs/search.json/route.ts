import { searchDocs } from "#app/docs/search-docs.ts";

/** Answers `?q=` with the sections that match. */
export function GET(request: Request): Response {
  return Response.json(searchDocs(new URL(request.url).searchParams.get("q") ?? ""));
}
