import { rmSync } from "node:fs";
import path from "node:path";

// The other process is gone, also by `kill -9`, and nobody else can reach the socket. Loaded by `--import`, before
// all else, so that it also ends a start.
process.on("disconnect", () => {
  rmSync(path.dirname(process.env.DASHBOARD_SOCKET ?? ""), { recursive: true, force: true });
  process.exit(1);
});
