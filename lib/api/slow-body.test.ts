import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sendRaw } from "#e2e/support/raw-request.ts";
import { createKey } from "#e2e/support/test-api.ts";
import { createUser, useOwnDatabase } from "#e2e/support/test-database.ts";
import { apiDocument } from "#lib/api/document.ts";
import { API_ERRORS } from "#lib/api/errors.ts";
import { createApiListener } from "#lib/api/listener.ts";
import { env } from "#lib/config/env.ts";
import { createHttpServer } from "#lib/server/http-server.ts";

let close: () => Promise<void>;
let server: Server;
let secret: string;

beforeAll(async () => {
  close = await useOwnDatabase();
  ({ secret } = await createKey((await createUser()).id));
  const limits = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 };
  server = createHttpServer(env(), createApiListener(), limits).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  server.close();
  await close();
});

test("a body that doesn't arrive in time is answered 408, like every error", async () => {
  const answer = await sendRaw(
    (server.address() as AddressInfo).port,
    [
      "POST /api/v1/bytedance/generate-image HTTP/1.1",
      "Host: x",
      `X-API-Key: ${secret}`,
      "Content-Type: application/json",
      "Content-Length: 20",
      "",
      '{"prompt"',
    ].join("\r\n"),
  );
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer.split("\r\n\r\n")[1]).toBe(
    JSON.stringify({ error: { code: "request_timeout", message: API_ERRORS.request_timeout.message } }),
  );
});

test("every route that reads a body documents the 408", () => {
  const { paths } = apiDocument() as {
    paths: Record<string, Record<string, { requestBody?: object; responses: object }>>;
  };
  const reading = Object.values(paths)
    .flatMap((operations) => Object.values(operations))
    .filter(({ requestBody }) => requestBody);
  expect(reading.length).toBeGreaterThan(2);
  for (const { responses } of reading) expect(responses).toHaveProperty("408");
});
