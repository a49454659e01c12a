import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const NEEDED = /(?<= (?:src|href)=")\/_next\/static\/[^"]+(?!" noModule)(?=")/g;

/**
 * Starts a proxy that sends of a page only what stands before `cut`, and the rest once the browser
 * has fetched all scripts and styles of that part.
 */
export async function startLate(target: string, cut: string) {
  const complete = Promise.withResolvers<void>();
  const needed = new Set<string>();
  const server = createServer(async (request, response) => {
    const { host: _, ...headers } = request.headers as Record<string, string>;
    const answer = await fetch(target + request.url, { headers });
    const type = String(answer.headers.get("content-type"));
    response.setHeader("content-type", type);
    const body = Buffer.from(await answer.arrayBuffer());
    if (type.startsWith("text/html")) {
      const start = body.subarray(0, body.indexOf(cut));
      for (const [file] of start.toString().matchAll(NEEDED)) needed.add(file);
      response.write(start);
      await complete.promise;
      response.end(body.subarray(start.length));
    } else response.end(body, () => needed.delete(String(request.url)) && needed.size === 0 && complete.resolve());
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
