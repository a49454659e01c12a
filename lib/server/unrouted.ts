import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { ApiError, type ApiErrorCode } from "#lib/api/errors.ts";
import { answerUnmatched } from "#lib/api/exchange.ts";

type ErrorParts = ConstructorParameters<typeof ApiError>;

/** Codes of Node's parser and its timeouts. Any other code means that the request is malformed. */
const CODES: Record<string, ApiErrorCode> = {
  HPE_HEADER_OVERFLOW: "headers_too_large",
  HPE_CHUNK_EXTENSIONS_OVERFLOW: "payload_too_large",
  ERR_HTTP_REQUEST_TIMEOUT: "request_timeout",
};
/**
 * Keeps reading after the answer: closing a connection with unread bytes resets it, and the client
 * may lose the answer.
 */
const LINGER_MS = 1_000;

/** Answers a request that reaches no route, with the headers of every answer of the API. */
export function answerUnrouted(request: IncomingMessage, response: ServerResponse, ...error: ErrorParts): void {
  const { status, headers, body } = answerUnmatched(new ApiError(...error), request);
  response.writeHead(status, headers);
  response.end(body);
}

/** Handles `clientError` of a server: a request that Node can't parse or stopped waiting for. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Each further chunk raises another error.
  if (socket.writableEnded) return;
  // Node's own name for the answer that is due (socketOnError in _http_server.js).
  const { _httpMessage: current } = socket as { _httpMessage?: ServerResponse | null };
  if (!socket.writable || current?.headersSent) socket.destroy(error);
  // The unreadable bytes follow a complete request, whose answer they must not replace. It becomes
  // the connection's last.
  else if (current?.req.complete) current.shouldKeepAlive = false;
  else writeUnrouted(socket, CODES[error.code ?? ""] ?? "invalid_request");
}

/** Answers on the bare socket, for which Node has made no response, and closes it. */
export function writeUnrouted(socket: Duplex, ...error: ErrorParts): void {
  const { status, headers, body } = answerUnmatched(new ApiError(...error));
  const all = [...headers, "Date", new Date().toUTCString(), "Connection", "close"];
  const lines = all.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join("");
  socket.on("error", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}\r\n${body}`);
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
