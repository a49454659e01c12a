import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { writeKeyScript } from "#e2e/load/set-up.ts";
import { wrk } from "#e2e/load/wrk.ts";
import { isMissing } from "#e2e/support/installed.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";

test.skipIf(isMissing("wrk"))(
  "each run of the load starts where the last one ended, and reports the keys that arrived",
  async () => {
    let arrived: string[] = [];
    const server = createServer((request, response) => {
      arrived.push(String(request.headers["x-api-key"]));
      response.writeHead(204).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { directory, remove } = await temporaryDirectory();
    const keys = await writeKeyScript(directory, "test", ["a", "b", "c"], Uint32Array.from([2, 0, 1, 1]));
    // On one connection they arrive in order.
    const first = await wrk({ url, connections: 1, seconds: 1, keys });
    expect(arrived.slice(0, 5)).toEqual(["c", "a", "b", "b", "c"]);
    expect(first.sent.length).toBe(first.requests);
    expect(arrived.slice(0, first.requests)).toEqual(Array.from(first.sent, (key) => "abc"[key]));
    arrived = [];
    // Starts in the middle of the order, wherever the first run ended.
    keys.next = 1;
    const second = await wrk({ url, connections: 1, seconds: 1, keys });
    expect(arrived.slice(0, second.requests)).toEqual(Array.from(second.sent, (key) => "abc"[key]));
    expect(keys.next).toBe((1 + second.requests) % 4);
    server.close();
    server.closeAllConnections();
    await remove();
  },
);
