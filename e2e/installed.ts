import { spawnSync } from "node:child_process";

// Debian keeps servers where an ordinary user's PATH does not look.
process.env.PATH += ":/usr/sbin:/usr/local/sbin";

/** Whether tests that need a program are left out, because it is not on this machine. In CI nothing is. */
export function isMissing(program: "redis-server" | "nginx" | "caddy" | "wrk" | "pgbouncer"): boolean {
  return !process.env.CI && spawnSync(program, ["--version"], { stdio: "ignore" }).error !== undefined;
}
