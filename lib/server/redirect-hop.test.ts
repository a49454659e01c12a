import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { parseEnv } from "#lib/config/env.ts";
import { createDashboardListener } from "#lib/server/dashboard-listener.ts";
import { createFrontListener } from "#lib/server/front-listener.ts";

/**
 * Starts a server whose page `/outer` fetches `/inner` as Next does after a redirect. Both answer
 * with the client that they see.
 */
async function startPages() {
  const env = parseEnv({ TRUSTED_PROXIES: "127.0.0.1" });
  const dashboard = createDashboardListener(env, async (received, response) => {
    const { host, connection: _, ...headers } = received.headers;
    const { "x-forwarded-for": address, "x-forwarded-host": forwarded } = headers;
    // Next's fetch sets the Host of the address that it asks.
    response.end(received.url === "/inner" ? [host, forwarded, address].join(" ") : await get("/inner", headers));
  });
  const server = createServer(createFrontListener(env, { dashboard }, () => "serving")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  async function get(path: string, headers: IncomingHttpHeaders): Promise<string> {
    const sent = request({ host: "127.0.0.1", port, path, headers }).end();
    const [answer] = await once(sent, "response");
    return (await answer.toArray()).join("");
  }
  return { port, get, close: () => server.close() };
}

test("a page that is fetched after a redirect sees the browser's host and address", async () => {
  const { port, get, close } = await startPages();
  const browser = { host: `localhost:${port}`, "x-forwarded-for": "198.18.0.7" };
  expect(await get("/outer", browser)).toBe(`localhost:${port} localhost:${port} 198.18.0.7`);
  close();
});

test("a client can't claim another's host or address", async () => {
  const { port, get, close } = await startPages();
  const host = `127.0.0.1:${port}`;
  for (const hop of ["", "undefined localhost 198.18.0.9", " localhost 198.18.0.9"])
    expect(await get("/inner", { host, "x-goodtake-hop": hop })).toBe(`${host} ${host} 127.0.0.1`);
  close();
});
