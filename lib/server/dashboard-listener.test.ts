import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { noteBegun, requestedPath, setResponseStatus } from "#lib/auth/current-request.ts";
import { parseEnv } from "#lib/config/env.ts";
import { createDashboardListener } from "#lib/server/dashboard-listener.ts";

async function answerOf(pages: RequestListener, method = "GET"): Promise<Response> {
  const server = createServer(createDashboardListener(parseEnv({}), pages)).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    return await fetch(`http://127.0.0.1:${port}/settings/developer?page=2`, {
      method,
      headers: { origin: `http://127.0.0.1:${port}` },
      redirect: "manual",
    });
  } finally {
    server.close();
  }
}

test("a page can ask for a status, which an action has no way to set", async () => {
  const answer = await answerOf((_, response) => {
    setResponseStatus(503);
    response.end("busy");
  });
  expect(answer.status).toBe(503);
});

test("a redirect or an error stays what it is", async () => {
  const answer = await answerOf((_, response) => {
    setResponseStatus(503);
    response.writeHead(303, { location: "/" }).end();
  });
  expect(answer.status).toBe(303);
});

test("a page knows its own path and query, also after waiting", async () => {
  const answer = await answerOf(async (_, response) => {
    await new Promise(setImmediate);
    response.end(requestedPath());
  });
  expect(await answer.text()).toBe("/settings/developer?page=2");
});

test("a body that could not be read is the client's fault; what fails after that is ours", async () => {
  const fail: RequestListener = (_, response) => void response.writeHead(500).end();
  expect((await answerOf(fail, "POST")).status).toBe(400);
  expect((await answerOf(fail)).status).toBe(500);
  const begin: RequestListener = (request, response) => {
    noteBegun();
    fail(request, response);
  };
  expect((await answerOf(begin, "POST")).status).toBe(500);
});

const MAX = 1_048_576;
const CHUNK = 65_536;

/**
 * Sends up to `bytes` of a body in chunks until it is answered. Returns the answer and how much a
 * page read.
 */
async function sendChunks(bytes: number, method = "POST") {
  let read = 0;
  const server = createServer(
    createDashboardListener(parseEnv({}), (incoming, response) => {
      incoming.on("data", (chunk) => (read += chunk.length)).on("end", () => response.end("page"));
    }),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const headers = { origin, "transfer-encoding": "chunked" };
  const sent = request({ port, host: "127.0.0.1", method, headers }).on("error", () => {});
  let answered = false;
  const response = once(sent, "response").finally(() => {
    answered = true;
  });
  for (let left = bytes; left > 0 && !answered; left -= CHUNK) {
    const flowing = sent.write("x".repeat(Math.min(left, CHUNK)));
    await (flowing ? new Promise(setImmediate) : Promise.race([once(sent, "drain"), response]));
  }
  if (!answered) sent.end();
  const [answer] = (await response) as [IncomingMessage];
  const body = await text(answer);
  sent.destroy();
  server.close();
  return { status: answer.statusCode, connection: answer.headers.connection, body, read };
}

test("a body in chunks is read up to 1 MB", async () => {
  expect(await sendChunks(MAX)).toMatchObject({ status: 200, read: MAX });
});

test.each(["POST", "GET"])(
  "one byte more in a %s is 413 and reaches no page, and the connection is closed",
  async (method) => {
    const { read, ...answer } = await sendChunks(MAX + 1, method);
    expect(answer).toEqual({ status: 413, connection: "close", body: "This is more than 1 MB.\n" });
    expect(read).toBeLessThanOrEqual(MAX);
  },
);

test("a body without end is answered as soon as it is too long", async () => {
  const { read, ...answer } = await sendChunks(Number.POSITIVE_INFINITY);
  expect(answer).toEqual({ status: 413, connection: "close", body: "This is more than 1 MB.\n" });
  expect(read).toBeLessThanOrEqual(MAX);
});
