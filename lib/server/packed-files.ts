import { readdir, readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import path from "node:path";

/** The ending of a file that the build has packed with Brotli. */
const PACKED = ".br";
const TYPES: Record<string, string> = {
  ".js": "application/javascript; charset=UTF-8",
  ".css": "text/css; charset=UTF-8",
};

/**
 * Reads the scripts and styles that the build has packed with Brotli. They are smaller than Next's
 * gzip, and are packed once.
 *
 * @returns what answers a request for such a file, or returns false.
 */
export async function readPackedFiles(
  directory: string,
  url: string,
): Promise<(request: IncomingMessage, response: ServerResponse) => boolean> {
  const names = (await readdir(directory, { recursive: true })).filter((name) => name.endsWith(PACKED));
  const files = new Map(
    await Promise.all(
      names.map(async (name) => {
        const served = url + name.slice(0, -PACKED.length).replaceAll(path.sep, "/");
        return [served, await readFile(path.join(directory, name))] as const;
      }),
    ),
  );
  return ({ url: asked = "", method, headers }, response) => {
    const name = asked.split("?", 1)[0] ?? "";
    const file = files.get(name);
    if (!file || (method !== "GET" && method !== "HEAD") || !takesBrotli(headers)) return false;
    response.writeHead(200, {
      "content-type": TYPES[path.extname(name)],
      "content-encoding": "br",
      "content-length": file.length,
      // The name has the content's hash.
      "cache-control": "public, max-age=31536000, immutable",
      vary: "Accept-Encoding",
    });
    response.end(file);
    return true;
  };
}

/** Returns whether a client takes Brotli, which browsers say over TLS and to their own machine. */
function takesBrotli(headers: IncomingMessage["headers"]): boolean {
  return /(^|,)\s*br\s*(,|$|;\s*q=(?!0(\.0*)?\s*(,|$)))/.test(String(headers["accept-encoding"]));
}
