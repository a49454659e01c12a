import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readPackedFiles } from "#lib/server/packed-files.ts";

const CODE = "console.log('packed');\n";
const directory = await mkdtemp(path.join(tmpdir(), "goodtake-packed-"));
const server = createServer();
let url: string;

beforeAll(async () => {
  await mkdir(path.join(directory, "chunks"));
  await writeFile(path.join(directory, "chunks/a.js"), CODE);
  await writeFile(path.join(directory, "chunks/a.js.br"), brotliCompressSync(CODE));
  const answerPacked = await readPackedFiles(directory, "/static/");
  server.on("request", (request, response) => {
    response.setHeader("x-content-type-options", "nosniff");
    if (!answerPacked(request, response)) response.writeHead(404).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await rm(directory, { recursive: true });
});

const ask = (file: string, encoding: string, method = "GET") =>
  fetch(url + file, { method, headers: { "accept-encoding": encoding } });

test("a packed script is sent to a client that takes Brotli, to keep for good", async () => {
  const response = await ask("/static/chunks/a.js?v=1", "gzip, deflate, br, zstd");
  expect(await response.text()).toBe(CODE);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "application/javascript; charset=UTF-8",
    "content-encoding": "br",
    "content-length": String(brotliCompressSync(CODE).length),
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    vary: "Accept-Encoding",
  });
  const head = await ask("/static/chunks/a.js", "br;q=0.5", "HEAD");
  expect([head.status, head.headers.get("content-encoding"), await head.text()]).toEqual([200, "br", ""]);
});

test("every other request is left to Next", async () => {
  for (const encoding of ["gzip", "br;q=0", "br; q=0.000, gzip", "brotli", "identity"])
    expect((await ask("/static/chunks/a.js", encoding)).status, encoding).toBe(404);
  for (const file of ["/static/chunks/b.js", "/static/chunks/a.js.br", "/chunks/a.js", "/static/../chunks/a.js"])
    expect((await ask(file, "br")).status, file).toBe(404);
  expect((await ask("/static/chunks/a.js", "br", "POST")).status).toBe(404);
});
