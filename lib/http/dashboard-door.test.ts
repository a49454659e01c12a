import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { parseEnv } from "#lib/env.ts";
import { createDashboardDoor } from "#lib/http/dashboard-door.ts";
import { noteBegun, requestedPath, setResponseStatus } from "#lib/http/response-status.ts";

async function answerOf(pages: RequestListener, method = "GET"): Promise<Response> {
  const server = createServer(createDashboardDoor(parseEnv({}), pages)).listen(0, "127.0.0.1");
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
