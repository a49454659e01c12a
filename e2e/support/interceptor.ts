import { once } from "node:events";
import { createServer, type RequestListener, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** Starts a proxy that answers the POSTs of pages in the server's place while an answer is set. */
export async function startInterceptor(target: string) {
  let answer: RequestListener | undefined;
  const server = createServer((request, response) => {
    if (request.method === "POST" && answer) return answer(request, response);
    const headers = {
      ...request.headers,
      host: new URL(target).host,
      ...(request.headers.origin && { origin: target }),
    };
    const passed = send(`${target}${request.url}`, { method: request.method, headers });
    passed.on("response", (theirs) => {
      response.writeHead(theirs.statusCode ?? 500, theirs.headers);
      theirs.pipe(response);
    });
    request.pipe(passed);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answerWith: (listener: RequestListener | undefined) => {
      answer = listener;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
