import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

// Debian installs servers where an ordinary user's PATH doesn't look.
process.env.PATH += ":/usr/sbin:/usr/local/sbin";

/**
 * The folder of Debian's newest `postgresql`. The embedded one lacks the commands of replication.
 */
export const DEBIAN_POSTGRES =
  globSync("/usr/lib/postgresql/*/bin")
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1) ?? "";

export type Installed = "redis-server" | "redis-sentinel" | "nginx" | "caddy" | "wrk" | "pgbouncer" | "postgresql";

/** Tells whether a program is on this machine, by the name of its package in Debian. */
export function isInstalled(program: Installed): boolean {
  if (program === "postgresql") return DEBIAN_POSTGRES !== "";
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** Tells whether to skip tests that need a program. CI skips none. */
export function isMissing(program: Installed): boolean {
  return !process.env.CI && !isInstalled(program);
}

/** Ends the process where a program is missing, and prints the package to install. */
export function requirePrograms(...programs: Installed[]): void {
  for (const program of programs) {
    if (isInstalled(program)) continue;
    process.stderr.write(`${program} is not on this machine; install it, on Debian with: apt-get install ${program}\n`);
    process.exit(1);
  }
}
