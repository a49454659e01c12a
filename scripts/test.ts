import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { REPORT_FILE, type TestReport } from "#scripts/reports/report.ts";

// Runs every check, those that fail fastest first. The last line has the totals.
const folder = mkdtempSync(path.join(tmpdir(), "goodtake-reports-"));
// Compiles the code once for the many processes that the tests start.
process.env.NODE_COMPILE_CACHE ??= path.join(folder, "compiled");
const totals: TestReport = { passed: 0, skipped: 0, failures: [] };

check("Format and lint", "biome", "ci", ".");
run("Prisma client", "prisma", "generate");
const built = run("Build", "node", "scripts/build.ts");
// After the build, which writes the types of routes.
check("Types", "tsc", "--noEmit");
if (built) {
  test("Unit and integration", "vitest", "run", "--reporter=default", "--reporter=./scripts/reports/vitest.ts");
  const browser = ["test", "--config=e2e/playwright.config.ts", "--reporter=list,./scripts/reports/playwright.ts"];
  test("End to end", "playwright", ...browser, "--grep-invert=lean.spec");
  // What a page loads and what moves on it is measured beside nothing else.
  test("End to end, alone", "playwright", ...browser, "--workers=1", "lean.spec");
} else totals.failures.push("Build");

rmSync(folder, { recursive: true, force: true });
const { passed, failures, skipped } = totals;
// Repeats the failures at the end, where a truncated log still shows them.
if (failures.length > 0) process.stdout.write(`\nFailed:\n${failures.join("\n")}\n`);
process.stdout.write(`\n${passed} passed, ${failures.length} failed${skipped ? `, ${skipped} skipped` : ""}\n`);
process.exit(failures.length > 0 ? 1 : 0);

function run(title: string, command: string, ...args: string[]): boolean {
  process.stdout.write(`\n── ${title}\n`);
  const { status } = spawnSync(path.join("node_modules/.bin", command), args, { stdio: "inherit" });
  return status === 0;
}

/** Runs a check, which counts as one test. */
function check(title: string, command: string, ...args: string[]): void {
  if (run(title, command, ...args)) totals.passed += 1;
  else totals.failures.push(title);
}

/**
 * Runs a test runner and adds its report. A runner that fails without a failed test, or dies
 * without a report, counts as failed.
 */
function test(title: string, command: string, ...args: string[]): void {
  const file = path.join(folder, `${command}.json`);
  process.env[REPORT_FILE] = file;
  const succeeded = run(title, command, ...args);
  let failed = 0;
  try {
    const report = JSON.parse(readFileSync(file, "utf8")) as TestReport;
    // The next run of the same command may die without one.
    rmSync(file);
    totals.passed += report.passed;
    totals.skipped += report.skipped;
    totals.failures.push(...report.failures);
    failed = report.failures.length;
  } catch {
    // No report: the exit status decides.
  }
  if (!succeeded && failed === 0) totals.failures.push(title);
}
