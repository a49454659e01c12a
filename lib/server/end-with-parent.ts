import { rmSync } from "node:fs";
import path from "node:path";

// Ties the dashboard's process to the one that starts it. Loaded by `--import`, before all else, so that it holds during the start.

// The other process is gone, also by `kill -9`, and nobody else can reach the socket.
process.on("disconnect", () => {
  rmSync(path.dirname(process.env.DASHBOARD_SOCKET ?? ""), { recursive: true, force: true });
  process.exit(1);
});

// A terminal and a supervisor signal all processes of a server. The other one drains, and then stops this one.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
