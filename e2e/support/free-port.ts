import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * The range below 32768, from where Linux numbers outgoing connections and listeners on port 0:
 * none of those takes the port of a server while it restarts.
 */
const [FIRST_PORT, END_PORT] = [20_000, 32_768];
const ATTEMPTS_MAX = 100;

const chosen = new Set<number>();

/** Returns a free port, another one each time. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const port = randomInt(FIRST_PORT, END_PORT);
    if (chosen.has(port) || !(await isFree(port))) continue;
    chosen.add(port);
    return port;
  }
  throw new Error(`No port from ${FIRST_PORT} to ${END_PORT - 1} is free.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const listening = await once(server, "listening").then(
    () => true,
    () => false,
  );
  if (listening) await new Promise((done) => server.close(done));
  return listening;
}
