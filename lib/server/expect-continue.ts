import type { RequestListener } from "node:http";

/**
 * Decides a request with `Expect: 100-continue` before its body is sent (RFC 9110, 10.1.1): the client is told to go on
 * when somebody begins to read. Node would tell it at once, also where the answer is 401 or 413.
 */
export function decideFirst(listener: RequestListener): RequestListener {
  return (request, response) => {
    const read = request._read;
    // Who didn't send the body that was announced can't send another request after it.
    response.shouldKeepAlive = false;
    request._read = (size) => {
      request._read = read;
      if (!response.headersSent) {
        response.shouldKeepAlive = true;
        response.writeContinue();
      }
      read.call(request, size);
    };
    listener(request, response);
  };
}
