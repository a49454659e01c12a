import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export type TcpSwitch = {
  port: number;
  /** Closes all connections and leads new ones to another port. */
  turnTo: (port: number) => void;
  close: () => void;
};

/** Starts a TCP proxy whose target changes, like a load balancer. */
export async function startTcpSwitch(target: number): Promise<TcpSwitch> {
  let current = target;
  const open = new Set<Socket>();
  const listener = createServer((inner) => {
    const outer = connect(current, "127.0.0.1");
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      open.add(from);
      from.on("error", () => to.destroy()).on("close", () => open.delete(from));
      from.pipe(to);
    }
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const breakAll = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (listener.address() as { port: number }).port,
    turnTo: (port) => {
      current = port;
      breakAll();
    },
    close: () => {
      listener.close();
      breakAll();
    },
  };
}
