import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import net, { type AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { afterReading } from "#lib/api/after-reading.ts";

const server = createServer();
let client: net.Socket;
let response: ServerResponse;
beforeEach(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  client = net.connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.write("GET / HTTP/1.1\r\nHost: api\r\n\r\n");
  [, response] = await once(server, "request");
});
afterEach(async () => {
  client.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("an answer is over when it is read", async () => {
  const done = vi.fn();
  afterReading(response, done);
  expect(done).not.toHaveBeenCalled();
  client.resume();
  response.end("answer");
  await vi.waitFor(() => expect(done).toHaveBeenCalledTimes(1));
});

test("an answer is over when its caller has gone, also if that was before", async () => {
  const done = vi.fn();
  afterReading(response, done);
  client.destroy();
  await vi.waitFor(() => expect(done).toHaveBeenCalledTimes(1));
  const late = vi.fn();
  afterReading(response, late);
  expect(late).toHaveBeenCalledTimes(1);
});

test("a caller that doesn't read is cut off, because its answer holds memory", async () => {
  const done = vi.fn();
  response.end(Buffer.alloc(32 * 1024 * 1024));
  afterReading(response, done, 200);
  await vi.waitFor(() => expect(done).toHaveBeenCalled());
  expect(response.destroyed).toBe(true);
});
