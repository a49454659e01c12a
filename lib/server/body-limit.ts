import type { IncomingMessage, ServerResponse } from "node:http";

/** Time for a client that is still sending to read the answer. A reset would discard the answer. */
const LINGER_MS = 1_000;

/**
 * Calls `tooLong` once when more than `max` bytes of a body have arrived, whatever its headers say,
 * and drops the rest.
 */
export function limitBody(request: IncomingMessage, max: number, tooLong: () => void): void {
  const { push } = request;
  let size = 0;
  // Node's parser delivers the body by this method. A `data` listener would start the flow too
  // early.
  request.push = (chunk: Buffer | null, encoding) => {
    size += chunk?.length ?? 0;
    if (size <= max) return push.call(request, chunk, encoding);
    request.push = () => true;
    tooLong();
    return true;
  };
}

/** Ends an answer that was begun before its request was complete, and closes the connection. */
export function endEarly(request: IncomingMessage, response: ServerResponse): void {
  const end = () => response.end();
  request.once("end", end).resume();
  setTimeout(end, LINGER_MS).unref();
  // The request's reader still waits for the rest.
  response.once("close", () => request.destroy());
}
