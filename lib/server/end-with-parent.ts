import { rmSync } from "node:fs";
import path from "node:path";

// Ends the dashboard's process with its parent. Loaded by `--import` before everything else, so
// that it also works during the start.

// The parent is gone, perhaps by `kill -9`, and nothing else can reach the socket.
process.on("disconnect", () => {
  rmSync(path.dirname(process.env.DASHBOARD_SOCKET ?? ""), { recursive: true, force: true });
  process.exit(1);
});

// Terminals and service managers signal all processes of a server. The parent drains, then stops
// this one.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
