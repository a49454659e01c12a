import { BenchContext } from "#e2e/load/bench-context.ts";
import { authBesidePages } from "#e2e/load/groups/auth-beside-pages.ts";
import { charges } from "#e2e/load/groups/charges.ts";
import { hotKey } from "#e2e/load/groups/hot-key.ts";
import { manyKeys } from "#e2e/load/groups/keys.ts";
import { leakFlood } from "#e2e/load/groups/leak-flood.ts";
import { pages } from "#e2e/load/groups/pages.ts";
import { peer } from "#e2e/load/groups/peer.ts";
import { restrictedKey } from "#e2e/load/groups/restricted-key.ts";
import { start } from "#e2e/load/groups/start.ts";
import { twoProcesses } from "#e2e/load/groups/two-processes.ts";
import { upkeep } from "#e2e/load/groups/upkeep.ts";
import { Report } from "#e2e/load/report.ts";
import { requirePrograms } from "#e2e/support/installed.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";

// `npm run bench` runs all groups in an hour; `BENCH_ONLY=charges,pages` runs some. Each figure is
// compared in turns with its baseline, in one run on one machine. Rates, latencies and CPU times
// are medians of five measurements of BENCH_SECONDS each. The last group changes the history of the
// large account.
const GROUPS = {
  "hot-key": hotKey,
  "restricted-key": restrictedKey,
  keys: manyKeys,
  charges,
  "two-processes": twoProcesses,
  peer,
  start,
  pages,
  "auth-beside-pages": authBesidePages,
  "leak-flood": leakFlood,
  upkeep,
};

const asked = process.env.BENCH_ONLY?.split(",") ?? Object.keys(GROUPS);
const unknown = asked.filter((name) => !(name in GROUPS));
if (unknown.length > 0) {
  process.stderr.write(`BENCH_ONLY has no group ${unknown.join(", ")}; there are ${Object.keys(GROUPS).join(", ")}.\n`);
  process.exit(1);
}
requirePrograms("wrk", "nginx", "redis-server");
const { directory, remove } = await temporaryDirectory();
const report = new Report((line) => process.stdout.write(`${line}\n`));
const context = new BenchContext(report, directory);
try {
  for (const [name, group] of Object.entries(GROUPS).filter(([name]) => asked.includes(name)))
    await group(context).catch((error: Error) => {
      process.exitCode = 1;
      report.fail(name, error);
    });
} finally {
  process.stdout.write(`\n${report.summary()}\n`);
  await context.end();
  await remove();
}
