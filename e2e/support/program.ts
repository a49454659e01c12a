import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { until } from "#e2e/support/until.ts";

export type Program = { url: string; stop: () => Promise<void> };

/** Starts a server of another project. Returns when it listens on its port. */
export async function startProgram(command: string, args: string[], port: number, home: string): Promise<Program> {
  const child = spawn(command, args, { cwd: home, stdio: "ignore", env: { ...process.env, HOME: home } });
  await untilListening(port, child);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended before it listened on port ${port}.`);
    const socket = net.connect(port, "127.0.0.1");
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    return connected;
  });
}
