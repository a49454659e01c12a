import { createServer as createHttpServer, type Server } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createApiListener } from "#lib/api/listener.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";

let api: Server;
beforeAll(async () => {
  api = createHttpServer(createApiListener()).listen(0, "127.0.0.1");
  await new Promise((resolve) => api.once("listening", resolve));
});
afterAll(() => {
  api.close();
  api.closeAllConnections();
});
afterEach(disconnectDatabase);

function call(key: string): Promise<Response> {
  const { port } = api.address() as AddressInfo;
  // The API promises an answer in under 3 s, so a longer wait fails.
  return fetch(`http://127.0.0.1:${port}/api/v1/key`, {
    headers: { "x-api-key": key },
    signal: AbortSignal.timeout(3_000),
  });
}

/** Starts a server that accepts connections and never answers. */
async function mute(): Promise<{ port: number; close: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => sockets.add(socket.on("error", () => {}))).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function expectUnavailable(response: Response): Promise<void> {
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
  expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect((await response.json()).error.code).toBe("unavailable");
}

test("a database that refuses connections is 503 with Retry-After, never 401", async () => {
  const { port, close } = await mute();
  close();
  connectDatabase(`postgresql://nobody@127.0.0.1:${port}/none`, 5);
  await expectUnavailable(await call(generateSecret()));
});

test("a database that hangs is 503 too, also for more requests than the pool has connections", async () => {
  const { port, close } = await mute();
  connectDatabase(`postgresql://nobody@127.0.0.1:${port}/none`, 2);
  const responses = await Promise.all(Array.from({ length: 6 }, () => call(generateSecret())));
  for (const response of responses) await expectUnavailable(response);
  close();
});

test("bad grammar and a bad checksum are 401 even then, because they make no query", async () => {
  const { port, close } = await mute();
  connectDatabase(`postgresql://nobody@127.0.0.1:${port}/none`, 2);
  const secret = generateSecret();
  const wrong = secret.slice(0, -1) + (secret.endsWith("0") ? "1" : "0");
  for (const key of ["gt_", "sk_live_1", `${secret}0`, wrong]) expect((await call(key)).status).toBe(401);
  close();
});
