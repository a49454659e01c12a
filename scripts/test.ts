import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Everything that must hold, in the order in which it fails fastest. The last line counts it. */
const reports = mkdtempSync(path.join(tmpdir(), "goodtake-reports-"));
const totals = { passed: 0, failed: 0, skipped: 0 };

check("Format and lint", "biome", "ci", ".");
run("Prisma client", "prisma", "generate");
const built = run("Build", "node", "scripts/build.ts");
// After the build, which writes the types of routes.
check("Types", "tsc", "--noEmit");
if (built) {
  const units = path.join(reports, "vitest.json");
  run("Unit and integration", "vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${units}`);
  count(units, vitestCounts);
  const browser = path.join(reports, "playwright.json");
  process.env.PLAYWRIGHT_JSON_OUTPUT_FILE = browser;
  run("End to end", "playwright", "test", "--config=e2e/playwright.config.ts", "--reporter=list,json");
  count(browser, playwrightCounts);
} else totals.failed += 1;

rmSync(reports, { recursive: true, force: true });
const { passed, failed, skipped } = totals;
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}\n`);
process.exit(failed > 0 ? 1 : 0);

function run(title: string, command: string, ...args: string[]): boolean {
  process.stdout.write(`\n── ${title}\n`);
  const { status } = spawnSync(path.join("node_modules/.bin", command), args, { stdio: "inherit" });
  return status === 0;
}

/** A check counts as one test. */
function check(title: string, command: string, ...args: string[]): void {
  totals[run(title, command, ...args) ? "passed" : "failed"] += 1;
}

type Counts = { passed: number; failed: number; skipped: number };

/** Adds what a runner reported; a runner that died without a report counts as a failure. */
function count(file: string, read: (report: never) => Counts): void {
  try {
    const counts = read(JSON.parse(readFileSync(file, "utf8")) as never);
    totals.passed += counts.passed;
    totals.failed += counts.failed;
    totals.skipped += counts.skipped;
  } catch {
    totals.failed += 1;
  }
}

function vitestCounts(report: {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  success: boolean;
}): Counts {
  const { numPassedTests: passed, numFailedTests, numPendingTests: skipped, success } = report;
  // A file that can't be loaded, or an error outside of any test, fails the run without a failed test.
  return { passed, failed: success ? numFailedTests : Math.max(1, numFailedTests), skipped };
}

function playwrightCounts(report: {
  stats: { expected: number; unexpected: number; flaky: number; skipped: number };
  errors: unknown[];
}): Counts {
  const { expected, unexpected, flaky, skipped } = report.stats;
  return { passed: expected, failed: unexpected + flaky + report.errors.length, skipped };
}
