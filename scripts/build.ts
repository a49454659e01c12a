import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync } from "node:zlib";
import { loadEnvFile } from "#lib/config/env-file.ts";

const SOURCES = [
  "app",
  "components",
  "lib",
  "prisma",
  "public",
  "next.config.mjs",
  "package-lock.json",
  "postcss.config.mjs",
  "prisma.config.ts",
  "tsconfig.json",
];
const FINGERPRINT = ".next/fingerprint";

/**
 * Hashes what a build depends on: sources, locked package versions, Node's version and the key of
 * action names.
 */
function fingerprint(): string {
  const hash = createHash("sha256").update(process.version);
  hash.update(process.env.NEXT_SERVER_ACTIONS_ENCRYPTION_KEY ?? "");
  for (const file of SOURCES.flatMap(filesIn)) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

function filesIn(place: string): string[] {
  if (!existsSync(place)) return [];
  if (statSync(place).isFile()) return [place];
  return readdirSync(place, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(`${path.sep}generated${path.sep}`) && !/\.test\.tsx?$/.test(file))
    .sort();
}

function run(command: string, args: string[]): void {
  const { status, signal, stdout, stderr } = spawnSync(path.join("node_modules/.bin", command), args, {
    encoding: "utf8",
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", GOODTAKE_BUILD_ID: current },
  });
  if (status === 0) return;
  process.stderr.write(
    `${stdout ?? ""}${stderr ?? ""}\nThe build failed (${command} ${args.join(" ")}${signal ? `, ${signal}` : ""}).\n`,
  );
  process.exit(1);
}

/** Packs scripts and styles, which `lib/server/packed-files.ts` serves. */
function pack(): void {
  for (const file of filesIn(".next/static").filter((name) => /\.(js|css)$/.test(name)))
    writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
}

loadEnvFile();
const current = fingerprint();
const isBuilt = existsSync(FINGERPRINT) && readFileSync(FINGERPRINT, "utf8") === current;
if (process.argv.includes("--check")) {
  if (!isBuilt) {
    process.stderr.write("There is no build of these sources. Run `npm run build` first.\n");
    process.exit(1);
  }
} else if (!isBuilt) {
  process.stdout.write("Building the dashboard, which takes about half a minute. The next start will not need to.\n");
  rmSync(FINGERPRINT, { force: true });
  run("prisma", ["generate"]);
  run("next", ["build"]);
  pack();
  writeFileSync(FINGERPRINT, current);
}
