import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "#e2e/support/until.ts";

const PROJECT = path.resolve(import.meta.dirname, "../..");
/** Enough on a busy machine. */
const START_TIMEOUT_MS = 60_000;

export type TestServer = {
  url: string;
  process: ChildProcess;
  /** Returns what it has printed so far. */
  output(): string;
  /** Sends a signal and waits for the end. Returns the exit code, null after a kill. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
};

/** Creates a folder that the embedded database can use when the tests run as root, too. */
export async function temporaryDirectory(): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(path.join(tmpdir(), "goodtake-test-"));
  await chmod(directory, 0o755);
  return { directory, remove: () => rm(directory, { recursive: true, force: true, maxRetries: 5 }) };
}

/**
 * Returns the environment of a test server, without the settings of the developer or a `.env` file.
 */
export function serverEnvironment(settings: Record<string, string>): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env;
  return {
    PATH,
    HOME,
    TMPDIR,
    NODE_COMPILE_CACHE,
    GOODTAKE_ENV_FILE: "none",
    HOST: "127.0.0.1",
    PORT: "0",
    ...settings,
  } as unknown as NodeJS.ProcessEnv;
}

/** Starts the server without waiting until it is ready, and collects what it prints. */
export function spawnServer(settings: Record<string, string>, cwd = PROJECT): Omit<TestServer, "url"> {
  const child = spawn(process.execPath, ["server.ts"], {
    cwd,
    env: serverEnvironment(settings),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  const exit = once(child, "close") as Promise<[number | null]>;
  return {
    process: child,
    output: () => output,
    end: async (signal) => {
      if (signal && child.exitCode === null && child.signalCode === null) child.kill(signal);
      return (await exit)[0];
    },
  };
}

/** Starts the real server as a process of its own. Returns when it is ready. */
export async function startServer(settings: Record<string, string>, cwd?: string): Promise<TestServer> {
  const server = spawnServer(settings, cwd);
  return until(async () => {
    const address = /ready at (http\S+?)"?[,}\s]/.exec(server.output())?.[1];
    if (address) return { ...server, url: address.replace("localhost", "127.0.0.1") };
    const { exitCode, signalCode } = server.process;
    if (exitCode !== null || signalCode !== null) throw new Error("It ended.");
    return undefined;
  }, START_TIMEOUT_MS).catch((cause) => {
    server.process.kill("SIGKILL");
    throw new Error(`The server was not ready: ${server.output()}`, { cause });
  });
}
