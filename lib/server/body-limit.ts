import type { IncomingMessage, ServerResponse } from "node:http";

/** How long a client that still sends may take to read why it should not. A reset would take the answer from it. */
const LINGER_MS = 1_000;

/** Calls `tooLong` once when more than `max` bytes of a body have arrived, whatever its headers say; drops what follows. */
export function limitBody(request: IncomingMessage, max: number, tooLong: () => void): void {
  const { push } = request;
  let size = 0;
  // Node's parser hands the body over by this method. A listener for `data` would start it before the reader is there.
  request.push = (chunk: Buffer | null, encoding) => {
    size += chunk?.length ?? 0;
    if (size <= max) return push.call(request, chunk, encoding);
    request.push = () => true;
    tooLong();
    return true;
  };
}

/** Ends an answer that was begun before its request has come to an end, and the connection with it. */
export function endEarly(request: IncomingMessage, response: ServerResponse): void {
  const end = () => response.end();
  request.once("end", end).resume();
  setTimeout(end, LINGER_MS).unref();
  // Its reader still waits for the rest.
  response.once("close", () => request.destroy());
}
