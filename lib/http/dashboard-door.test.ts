import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { parseEnv } from "#lib/env.ts";
import { createDashboardDoor } from "#lib/http/dashboard-door.ts";
import { requestedPath, setResponseStatus } from "#lib/http/response-status.ts";

async function answerOf(pages: RequestListener): Promise<Response> {
  const server = createServer(createDashboardDoor(parseEnv({}), pages)).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    return await fetch(`http://127.0.0.1:${port}/settings/developer?page=2`, { redirect: "manual" });
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
