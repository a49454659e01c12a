import { once } from "node:events";
import type { RequestListener, Server, ServerResponse } from "node:http";
import net, { type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { allPlacesFree } from "#lib/generation/in-flight.ts";
import { cutOffImages } from "#lib/generation/paid.ts";

/** What a request may still take where no image is in flight. */
const REQUESTS_DEADLINE_MS = 5_000;
/** How long the refunds of images that are cut off may take. */
const REFUNDS_DEADLINE_MS = 3_000;
/** Keeps idle connections open for a moment: a proxy may be sending on one, and is told with the answer to close it. */
const LINGER_MS = 500;

/** Ends a server so that no request fails which a client could send. */
export class Drain {
  /** The last answer on each connection. */
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

  /** Cuts off what {@link finish} waits for. */
  hurry(): void {
    this.#hurried.resolve();
  }

  /** Images in flight have `imagesMs`, also those whose caller has gone: they are paid. What is cut off is refunded. */
  async finish(server: Server, imagesMs: number): Promise<void> {
    const over = Promise.race([sleep(imagesMs), this.#hurried.promise]);
    const closed = once(server, "close");
    // Takes no new connections. Unlike `Server.close` of `node:http` it leaves the idle ones open.
    net.Server.prototype.close.call(server);
    // Nobody must send another request behind an answer that began before.
    for (const response of this.#answers.values()) if (!response.headersSent) response.setHeader("connection", "close");
    await Promise.race([closed, sleep(LINGER_MS)]);
    // A connection whose last answer allowed another request stays open otherwise until its keep-alive time is up.
    const idle = setInterval(() => server.closeIdleConnections(), 20);
    await Promise.race([closed, sleep(REQUESTS_DEADLINE_MS), over]);
    await Promise.race([allPlacesFree(), over]);
    await cutOffImages(REFUNDS_DEADLINE_MS);
    // What is written already, such as the news of a refund, gets a moment to be sent.
    await Promise.race([closed, sleep(LINGER_MS)]);
    clearInterval(idle);
    server.closeAllConnections();
  }
}
