import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDashboardProxy } from "#lib/server/dashboard-proxy.ts";
import { decideFirst } from "#lib/server/expect-continue.ts";

let folder: string;
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "goodtake-proxy-"));
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
  await rm(folder, { recursive: true, force: true });
});

async function listening(server: Server, where: string | number): Promise<Server> {
  servers.push(server.listen(where));
  await once(server, "listening");
  return server;
}

/** Starts a proxy on a port in front of a dashboard on a unix socket. Returns the port. */
async function proxyBefore(dashboard: RequestListener | undefined): Promise<number> {
  const socketPath = path.join(folder, "socket");
  if (dashboard) await listening(createServer(dashboard).on("checkContinue", decideFirst(dashboard)), socketPath);
  const pass = createDashboardProxy(socketPath);
  const proxy: RequestListener = (request, response) => {
    request.headers["x-forwarded-for"] = "203.0.113.7";
    pass(request, response);
  };
  const server = await listening(createServer(proxy).on("checkContinue", decideFirst(proxy)), 0);
  return (server.address() as AddressInfo).port;
}

/** Sends lines unchanged. Returns everything that comes back until the other end closes. */
async function send(port: number, ...lines: string[]): Promise<string> {
  const socket = net.connect(port, "127.0.0.1").setEncoding("utf8");
  let answer = "";
  socket.on("data", (text) => (answer += text));
  socket.write(`${lines.join("\r\n")}\r\n`);
  await once(socket, "close");
  return answer;
}

const headersOf = ({ rawHeaders }: IncomingMessage) =>
  Array.from({ length: rawHeaders.length / 2 }, (_, i) => `${rawHeaders[2 * i]}: ${rawHeaders[2 * i + 1]}`);

test("the dashboard sees each header of a client as it was sent, but for those of the connection and those about the client", async () => {
  const seen: string[] = [];
  const port = await proxyBefore((request, response) => {
    seen.push(...headersOf(request));
    response.end("ok");
  });
  await send(
    port,
    "GET / HTTP/1.1",
    "Host: one.example",
    "Host: two.example",
    "Connection: close, X-Secret, Cookie",
    "X-Secret: 1",
    "Cookie: session=1",
    "TE: trailers",
    "X-Forwarded-For: 192.0.2.1",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Port: 1",
    "X-Real-IP: 192.0.2.1",
    "Forwarded: for=192.0.2.1",
    "Accept-Language: de",
    "",
  );
  expect(seen.sort()).toEqual([
    "Accept-Language: de",
    "Connection: keep-alive",
    "Host: one.example",
    "Host: two.example",
    "x-forwarded-for: 203.0.113.7",
  ]);
});

test("bodies pass in both directions as they come, and a repeated header of an answer stays repeated", async () => {
  const port = await proxyBefore((request, response) => {
    response.writeHead(200, { "set-cookie": ["a=1", "b=2"], connection: "X-Inner", "x-inner": "1" });
    request.pipe(response);
  });
  const socket = net.connect(port, "127.0.0.1").setEncoding("utf8");
  socket.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
  let answer = "";
  socket.on("data", (text) => (answer += text));
  // The second half is sent after the first has come back.
  while (!answer.includes("first")) await once(socket, "data");
  socket.write("6\r\nsecond\r\n0\r\n\r\n");
  while (!answer.includes("second")) await once(socket, "data");
  socket.destroy();
  expect(answer.match(/set-cookie: \w=\d/g)).toEqual(["set-cookie: a=1", "set-cookie: b=2"]);
  expect(answer).not.toContain("x-inner");
});

test("a client that asks before it sends a body is told to go on only by the dashboard", async () => {
  const port = await proxyBefore((request, response) => {
    if (request.url === "/read") request.pipe(response);
    else response.writeHead(403, { connection: "close" }).end();
  });
  const ask = async (target: string) => {
    const socket = net.connect(port, "127.0.0.1").setEncoding("utf8");
    socket.write(`POST ${target} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n`);
    const [answer] = await once(socket, "data");
    socket.end("ok");
    return answer as string;
  };
  expect(await ask("/read")).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  expect(await ask("/reject")).toMatch(/^HTTP\/1.1 403/);
});

test("a client that hangs up ends its request at the dashboard", async () => {
  const begun = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const port = await proxyBefore((request) => {
    request.socket.once("close", () => ended.resolve());
    begun.resolve();
  });
  const socket = net.connect(port, "127.0.0.1");
  socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await begun.promise;
  socket.destroy();
  await ended.promise;
});

test("what a slow client has not read yet waits at the dashboard, and not in memory", async () => {
  const size = 64 * 2 ** 20;
  const chunk = Buffer.alloc(2 ** 16);
  let sent = 0;
  const stalled = Promise.withResolvers<void>();
  const quiet = setTimeout(stalled.resolve, 500);
  const port = await proxyBefore((_, response) => {
    const write = () => {
      quiet.refresh();
      while (sent < size) {
        sent += chunk.length;
        if (!response.write(chunk)) return;
      }
      response.end();
    };
    response.on("drain", write);
    write();
  });
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  await stalled.promise;
  expect(sent).toBeLessThan(size / 2);
  expect((await answer.arrayBuffer()).byteLength).toBe(size);
});

test("requests share connections to the dashboard", async () => {
  const sockets = new Set<unknown>();
  const port = await proxyBefore((request, response) => {
    sockets.add(request.socket);
    response.end();
  });
  for (let i = 0; i < 20; i += 1) await (await fetch(`http://127.0.0.1:${port}/`)).arrayBuffer();
  expect(sockets.size).toBe(1);
});

test("an answer to HEAD tells the length of what it leaves out", async () => {
  const port = await proxyBefore((_, response) => response.writeHead(200, { "content-length": 10 }).end());
  const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "HEAD" });
  expect([answer.headers.get("content-length"), await answer.text()]).toEqual(["10", ""]);
});

test("an answer that breaks off is not taken for a whole one", async () => {
  const port = await proxyBefore((_, response) => {
    response.writeHead(200, { "content-length": 10 }).write("half", () => response.destroy());
  });
  await expect(fetch(`http://127.0.0.1:${port}/`).then((answer) => answer.text())).rejects.toThrow();
});

test("where no dashboard listens, a page is 503 with when to try again", async () => {
  const port = await proxyBefore(undefined);
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(await answer.text()).toBe("The dashboard is restarting. Try again in a moment.\n");
});
