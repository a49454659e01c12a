import { Agent, type IncomingMessage, type RequestListener, request, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream";
import { log } from "#lib/log.ts";
import { endToEndHeaders } from "#lib/server/end-to-end-headers.ts";

/** Next repeats a long address in several headers of a redirect. */
const ANSWER_HEADERS_MAX_BYTES = 65_536;

/** Passes requests to a server on a unix socket and its answers back, streaming both; 503 where nobody listens. */
export function createDashboardProxy(socketPath: string): RequestListener {
  const agent = new Agent({ keepAlive: true });
  return (incoming, response) => {
    const headers = endToEndHeaders(incoming.rawHeaders);
    // The one address that the listener believes.
    headers.push("x-forwarded-for", String(incoming.headers["x-forwarded-for"]));
    if (incoming.headers["transfer-encoding"]) headers.push("transfer-encoding", "chunked");
    const { method, url: path } = incoming;
    const outgoing = request({ socketPath, agent, method, path, headers, maxHeaderSize: ANSWER_HEADERS_MAX_BYTES });

    outgoing.on("response", (answer) => passBack(answer, incoming, response));
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      if (response.destroyed) return;
      if (response.headersSent) return response.destroy();
      log().warn({ err: error }, "the dashboard did not answer a request");
      answerUnavailable(response, "The dashboard is restarting. Try again in a moment.");
    });
    response.once("close", () => outgoing.destroy());
    // A client that asks first is told to go on when the dashboard is.
    if (incoming.headers.expect) outgoing.once("continue", () => incoming.pipe(outgoing));
    else incoming.pipe(outgoing);
  };
}

function passBack(answer: IncomingMessage, incoming: IncomingMessage, response: ServerResponse): void {
  // A client that still sends would be in the middle of a body that nobody reads.
  if (!incoming.complete) response.setHeader("connection", "close");
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEndHeaders(answer.rawHeaders));
  pipeline(answer, response, () => {});
}

/** Passes a connection that leaves HTTP: hot reload in development. */
export function passUpgrade(socketPath: string, incoming: IncomingMessage, client: Duplex, head: Buffer): void {
  const dashboard = connect(socketPath);
  let lines = `${incoming.method} ${incoming.url} HTTP/1.1\r\n`;
  for (let i = 0; i < incoming.rawHeaders.length; i += 2)
    lines += `${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}\r\n`;
  dashboard.write(`${lines}\r\n`);
  dashboard.write(head);
  pipeline(client, dashboard, client, () => {});
}

/** A plain page for what is over in a moment. */
export function answerUnavailable(response: ServerResponse, sentence: string): void {
  response.writeHead(503, {
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "retry-after": "2",
    connection: "close",
  });
  response.end(`${sentence}\n`);
}
