import { once } from "node:events";
import { createServer, type RequestListener, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** A proxy that passes everything on, but for the POSTs of pages while `answer` is set: those get its answer in the server's place. */
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
