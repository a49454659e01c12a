import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Redis } from "ioredis";
import { freePort } from "#e2e/support/free-port.ts";

export type TestRedis = {
  url: string;
  port: number;
  process: ChildProcess;
  stop: (signal?: NodeJS.Signals) => Promise<void>;
  flush: () => Promise<void>;
  /** Starts it again, empty and on the same port; as a replica if the port of a master is given. */
  restart: (masterPort?: number) => Promise<void>;
};

/**
 * Starts a Redis; a replica if the port of a master is given. Returns when it accepts connections.
 */
export async function startRedis(masterPort?: number, settings: string[] = []): Promise<TestRedis> {
  const port = await freePort();
  const redis: TestRedis = {
    url: `redis://127.0.0.1:${port}`,
    port,
    process: await spawnRedis(port, masterPort, settings),
    stop: async (signal = "SIGKILL") => {
      if (redis.process.exitCode !== null || redis.process.signalCode !== null) return;
      const ended = once(redis.process, "exit");
      redis.process.kill(signal);
      await ended;
    },
    flush: async () => {
      const client = new Redis(redis.url);
      await client.flushall().finally(() => client.disconnect());
    },
    restart: async (master) => {
      redis.process = await spawnRedis(port, master, settings);
    },
  };
  return redis;
}

async function spawnRedis(port: number, masterPort: number | undefined, more: string[]): Promise<ChildProcess> {
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", "/tmp", ...more];
  if (masterPort) settings.push("--replicaof", "127.0.0.1", String(masterPort), "--repl-diskless-sync-delay", "0");
  const child = spawn("redis-server", settings, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes("Ready to accept connections")) {
      child.stdout.resume();
      return child;
    }
  }
  throw new Error(`Redis did not start: ${output}`);
}
