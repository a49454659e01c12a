import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { decideFirst } from "#lib/server/expect-continue.ts";

/** Sends a body only after a 100. */
async function sendCarefully(listener: RequestListener) {
  const server = createServer(listener).on("checkContinue", decideFirst(listener)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const headers = { expect: "100-continue", "content-length": 4, connection: "keep-alive" };
  const sent = request({ port, host: "127.0.0.1", method: "POST", headers });
  let continued = false;
  sent.once("continue", () => {
    continued = true;
    sent.end("body");
  });
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  const received = await text(answer);
  sent.destroy();
  server.close();
  return { continued, status: answer.statusCode, received, connection: answer.headers.connection };
}

test("a body is asked for when it is read", async () => {
  const answered = await sendCarefully(async (incoming, response) => response.end(await text(incoming)));
  expect(answered).toEqual({ continued: true, status: 200, received: "body", connection: "keep-alive" });
});

test("a request that is rejected without its body isn't asked for it, and ends its connection", async () => {
  const answered = await sendCarefully((_, response) => response.writeHead(401).end("no"));
  expect(answered).toEqual({ continued: false, status: 401, received: "no", connection: "close" });
});
