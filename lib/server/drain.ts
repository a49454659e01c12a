import { once } from "node:events";
import type { RequestListener, Server, ServerResponse } from "node:http";
import net, { type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { allPlacesFree } from "#lib/generation/in-flight.ts";
import { cutOffImages } from "#lib/generation/paid.ts";

/** Time for requests in flight that draw no image. */
const REQUESTS_DEADLINE_MS = 5_000;
/** Time for the refunds of images that are cut off. */
const REFUNDS_DEADLINE_MS = 3_000;
/**
 * Keeps idle connections open for 500 ms: a proxy may be sending on one, and the answer tells it to
 * close the connection.
 */
const LINGER_MS = 500;

/** Stops a server without failing a request that a client could send. */
export class Drain {
  /** The latest answer on each connection. */
  readonly #answers = new Map<Socket, ServerResponse>();
  readonly #hurried = Promise.withResolvers<void>();

  watch(listener: RequestListener): RequestListener {
    return (request, response) => {
      const { socket } = request;
      if (!this.#answers.has(socket)) socket.once("close", () => this.#answers.delete(socket));
      this.#answers.set(socket, response);
      listener(request, response);
    };
  }

  /** Stops waiting in {@link finish}. */
  hurry(): void {
    this.#hurried.resolve();
  }

  /**
   * Stops the server. Images in flight have `imagesMs`, even if the caller is gone, because they
   * are paid. Images that are cut off are refunded.
   */
  async finish(server: Server, imagesMs: number): Promise<void> {
    const over = Promise.race([sleep(imagesMs), this.#hurried.promise]);
    const closed = once(server, "close");
    // Stops accepting connections. Unlike `Server.close` of `node:http` it keeps idle ones open.
    net.Server.prototype.close.call(server);
    // Tells clients whose answer is still due to send no further request on the connection.
    for (const response of this.#answers.values()) if (!response.headersSent) response.setHeader("connection", "close");
    await Promise.race([closed, sleep(LINGER_MS)]);
    // A connection whose last answer allowed another request would stay open until its keep-alive
    // ends.
    const idle = setInterval(() => server.closeIdleConnections(), 20);
    await Promise.race([closed, sleep(REQUESTS_DEADLINE_MS), over]);
    await Promise.race([allPlacesFree(), over]);
    await cutOffImages(REFUNDS_DEADLINE_MS);
    // Answers that are written already, such as that of a refund, get a moment to be sent.
    await Promise.race([closed, sleep(LINGER_MS)]);
    clearInterval(idle);
    server.closeAllConnections();
  }
}
