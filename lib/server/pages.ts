import type { RequestListener } from "node:http";
import path from "node:path";
import { readPackedFiles } from "#lib/server/packed-files.ts";

const PROJECT = path.resolve(import.meta.dirname, "../..");

/**
 * Loads Next.js, which renders the pages.
 *
 * @param origin where Next fetches pages of its own after a redirect from a server action.
 */
export async function loadPages(origin: string, development: boolean): Promise<RequestListener> {
  const { default: next } = await import("next");
  const app = next({ dev: development, dir: PROJECT });
  await app.prepare();
  // Next would try port 3000.
  process.env.__NEXT_PRIVATE_ORIGIN = origin;
  const handle = app.getRequestHandler();
  if (development) return (request, response) => void handle(request, response);
  const answerPacked = await readPackedFiles(path.join(PROJECT, ".next/static"), "/_next/static/");
  return (request, response) => void (answerPacked(request, response) || handle(request, response));
}
