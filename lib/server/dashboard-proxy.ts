import { Agent, type IncomingMessage, type RequestListener, request, type ServerResponse } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream";
import { log } from "#lib/log.ts";
import { endToEndHeaders } from "#lib/server/end-to-end-headers.ts";

/** Next repeats a long URL in several headers of a redirect. */
const ANSWER_HEADERS_MAX_BYTES = 65_536;

/**
 * Proxies requests to a server on a unix socket, streaming both ways. Answers 503 if it isn't
 * listening.
 */
export function createDashboardProxy(socketPath: string): RequestListener {
  const agent = new Agent({ keepAlive: true });
  return (incoming, response) => {
    const headers = endToEndHeaders(incoming.rawHeaders);
    // The only address that the dashboard's listener believes.
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
    // A client that sent `Expect` gets its 100 when the dashboard asks for the body.
    if (incoming.headers.expect) outgoing.once("continue", () => incoming.pipe(outgoing));
    else incoming.pipe(outgoing);
  };
}

function passBack(answer: IncomingMessage, incoming: IncomingMessage, response: ServerResponse): void {
  // A client that is still sending would be in the middle of a body that isn't read.
  if (!incoming.complete) response.setHeader("connection", "close");
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, endToEndHeaders(answer.rawHeaders));
  pipeline(answer, response, () => {});
}

/** Proxies a connection that leaves HTTP: hot reload in development. */
export function passUpgrade(socketPath: string, incoming: IncomingMessage, client: Duplex, head: Buffer): void {
  const dashboard = connect(socketPath);
  let lines = `${incoming.method} ${incoming.url} HTTP/1.1\r\n`;
  for (let i = 0; i < incoming.rawHeaders.length; i += 2)
    lines += `${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}\r\n`;
  dashboard.write(`${lines}\r\n`);
  dashboard.write(head);
  pipeline(client, dashboard, client, () => {});
}

/** Answers 503 with a plain page, for a state that is over in a moment. */
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
