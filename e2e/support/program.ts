import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type Program = { url: string; stop: () => Promise<void> };

/** Runs a server that is not ours until it listens on its port. */
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
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended before it listened.`);
    const socket = net.connect(port, "127.0.0.1");
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await sleep(20);
  }
  throw new Error(`${child.spawnfile} does not listen on port ${port}.`);
}
