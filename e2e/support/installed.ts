import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";

// Debian keeps servers where an ordinary user's PATH does not look.
process.env.PATH += ":/usr/sbin:/usr/local/sbin";

/** The folder of the newest PostgreSQL of Debian's `postgresql`, which has what the embedded one lacks: replication's commands. */
export const DEBIAN_POSTGRES =
  globSync("/usr/lib/postgresql/*/bin")
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .at(-1) ?? "";

export type Installed = "redis-server" | "redis-sentinel" | "nginx" | "caddy" | "wrk" | "pgbouncer" | "postgresql";

/** Whether a program is on this machine, by the name of its package in Debian. */
export function isInstalled(program: Installed): boolean {
  if (program === "postgresql") return DEBIAN_POSTGRES !== "";
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** Whether tests that need a program are left out, because it is not on this machine. In CI nothing is. */
export function isMissing(program: Installed): boolean {
  return !process.env.CI && !isInstalled(program);
}

/** Ends the process with the package to install where a program is missing: no figure is reported that was not measured. */
export function requirePrograms(...programs: Installed[]): void {
  for (const program of programs) {
    if (isInstalled(program)) continue;
    process.stderr.write(`${program} is not on this machine; install it, on Debian with: apt-get install ${program}\n`);
    process.exit(1);
  }
}
