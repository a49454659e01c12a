import type { RequestListener } from "node:http";

/**
 * Decides a request with `Expect: 100-continue` before its body is sent (RFC 9110, 10.1.1): answers
 * 100 when the body is first read. Node would answer it at once, even if the answer is 401 or 413.
 */
export function decideFirst(listener: RequestListener): RequestListener {
  return (request, response) => {
    const read = request._read;
    // A client that didn't send the announced body can't send another request after it.
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
