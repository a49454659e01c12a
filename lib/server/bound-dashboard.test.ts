import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test, vi } from "vitest";
import { boundDashboard } from "#lib/server/bound-dashboard.ts";
import { HOP_SECRET } from "#lib/server/redirect-hop.ts";

/** A dashboard that answers when it is told to, behind limits; `address` is whose request it is. */
async function serve() {
  const open = new Map<string, ServerResponse>();
  const bounded = boundDashboard((request, response) => open.set(String(request.url), response), {
    total: 3,
    each: 2,
    waiting: 1,
    waitMs: 20_000,
  });
  const server = createServer((request, response) => bounded(request, response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ask: (path: string, address: string, headers: Record<string, string> = {}, signal?: AbortSignal) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        headers: { "x-forwarded-for": address, ...headers },
        ...(signal && { signal }),
      }),
    arrived: (...paths: string[]) => vi.waitFor(() => expect([...open.keys()].sort()).toEqual(paths.sort())),
    reached: (...paths: string[]) => vi.waitFor(() => expect([...open.keys()]).toEqual(expect.arrayContaining(paths))),
    answer: (path: string) => {
      open.get(path)?.end(path);
      open.delete(path);
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

test("one address takes some of the slots, what is over the limit waits its turn, and more is 503 with when to try again", async () => {
  const { ask, arrived, answer, close } = await serve();
  const [first, second] = [ask("/1", "ada"), ask("/2", "ada")];
  await arrived("/1", "/2");
  const third = ask("/3", "ada");
  const bobs = ask("/4", "bob");
  await arrived("/1", "/2", "/4");
  const busy = await ask("/5", "ada");
  expect([busy.status, busy.headers.get("retry-after"), await busy.text()]).toEqual([
    503,
    "2",
    "The dashboard is busy. Try again in a moment.\n",
  ]);
  answer("/1");
  expect(await (await first).text()).toBe("/1");
  await arrived("/2", "/3", "/4");
  for (const path of ["/2", "/3", "/4"]) answer(path);
  expect((await Promise.all([second, third, bobs])).map(({ status }) => status)).toEqual([200, 200, 200]);
  close();
});

test("static files and the page that Next fetches for a request in flight need no slot; a client can't claim to be Next", async () => {
  const { ask, arrived, answer, close } = await serve();
  const taken = [ask("/1", "ada"), ask("/2", "ada"), ask("/3", "bob")];
  await arrived("/1", "/2", "/3");
  const free = [ask("/_next/static/a.js", "ada"), ask("/hop", "ada", { "x-goodtake-hop": `${HOP_SECRET} host ada` })];
  await arrived("/1", "/2", "/3", "/_next/static/a.js", "/hop");
  const waits = ask("/claimed", "cyd", { "x-goodtake-hop": "guessed host cyd" });
  expect((await ask("/6", "cyd")).status).toBe(503);
  for (const path of ["/1", "/2", "/3", "/_next/static/a.js", "/hop"]) answer(path);
  await arrived("/claimed");
  answer("/claimed");
  await Promise.all([...taken, ...free, waits]);
  close();
});

test("a client that hangs up returns its slot, also while it waits for one", async () => {
  const { ask, arrived, reached, answer, close } = await serve();
  const caller = new AbortController();
  const gone = [ask("/1", "ada", {}, caller.signal), ask("/2", "ada", {}, caller.signal)];
  await arrived("/1", "/2");
  const waiting = new AbortController();
  const waited = ask("/3", "ada", {}, waiting.signal).catch(() => {});
  await vi.waitFor(async () => expect((await ask("/busy", "ada")).status).toBe(503));
  waiting.abort();
  await waited;
  caller.abort();
  await Promise.allSettled(gone);
  const next = [ask("/4", "ada"), ask("/5", "ada")];
  await reached("/4", "/5");
  for (const path of ["/4", "/5"]) answer(path);
  expect((await Promise.all(next)).map(({ status }) => status)).toEqual([200, 200]);
  close();
});
