import { cp, readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "#e2e/support/run-command.ts";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { createDatabase } from "#e2e/support/test-database.ts";

// Runs what the Dockerfile copies, without a container. A server that needs another file or a
// development dependency fails here.

const PROJECT = path.resolve(import.meta.dirname, "../..");
/** Packages that the Dockerfile removes: the compiler and the image library of Next.js. */
const REMOVED = /^node_modules\/(@next\/swc-|@img\/|sharp$)/;
/** Copying 300 MB in thousands of files on a busy machine. */
const COPY_TIMEOUT_MS = 180_000;
const CACHE = path.join(PROJECT, ".next/cache");

type Locked = { packages: Record<string, { dev?: boolean; devOptional?: boolean }> };

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
let own: Awaited<ReturnType<typeof createDatabase>>;
let server: TestServer;
beforeAll(async () => {
  folder = await temporaryDirectory();
  own = await createDatabase();
  // One after the other: packages lie in packages.
  for (const name of [...(await copiedNames()), ...(await productionPackages())]) await copy(name);
  server = await startServer(
    { DATABASE_URL: own.url, AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a" },
    folder.directory,
  );
}, COPY_TIMEOUT_MS);
afterAll(async () => {
  await server?.end("SIGTERM");
  await own.drop();
  await folder.remove();
});

/** Copies a file or folder of the project; a package of another platform is absent. */
async function copy(name: string): Promise<void> {
  const source = path.join(PROJECT, name);
  // A package in a package has an entry of its own in the lock file.
  const inner = name.startsWith("node_modules/") ? path.join(source, "node_modules") : CACHE;
  const filter = (file: string) => file !== inner && !file.endsWith(".map");
  const target = path.join(folder.directory, name);
  await cp(source, target, { recursive: true, verbatimSymlinks: true, filter }).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
}

async function copiedNames(): Promise<string[]> {
  const dockerfile = await readFile(path.join(PROJECT, "Dockerfile"), "utf8");
  const [, last = ""] = dockerfile.split(/^FROM \$\{BASE\}$/m);
  const names = [...last.matchAll(/^COPY (?:--from=\w+ )?(.*) \S+$/gm)].flatMap(([, sources = ""]) =>
    sources.split(" "),
  );
  return names.map((name) => name.replace("/opt/goodtake/", "")).filter((name) => name !== "node_modules");
}

async function productionPackages(): Promise<string[]> {
  const { packages } = JSON.parse(await readFile(path.join(PROJECT, "package-lock.json"), "utf8")) as Locked;
  return Object.entries(packages)
    .filter(([name, { dev, devOptional }]) => name && !dev && !devOptional && !REMOVED.test(name))
    .map(([name]) => name);
}

test.each(["/sign-in", "/docs/api", "/docs/authentication", "/api/v1/openapi.json"])(
  "a server of the image's files answers %s",
  async (target) => {
    const answer = await fetch(`${server.url}${target}`);
    expect(answer.status).toBe(200);
  },
);

test.each(["account.ts", "backup.ts", "restore.ts", "revocations.ts", "shift-time-zone.ts"])(
  "the operator's command %s runs from the image's files",
  async (script) => {
    const { code, stderr } = await runCommand(script, ["--help"], {}, folder.directory);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  },
);
