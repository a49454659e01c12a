import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Everything that must hold, in the order in which it fails fastest. The last line counts it. */
const reports = mkdtempSync(path.join(tmpdir(), "goodtake-reports-"));
const totals = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
const retried: string[] = [];

check("Format and lint", "biome", "ci", ".");
run("Prisma client", "prisma", "generate");
const built = run("Build", "node", "scripts/build.ts");
// After the build, which writes the types of routes.
check("Types", "tsc", "--noEmit");
if (built) {
  const units = path.join(reports, "vitest.json");
  run("Unit and integration", "vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${units}`);
  count("Unit and integration", units, vitestCounts);
  const browser = path.join(reports, "playwright.json");
  process.env.PLAYWRIGHT_JSON_OUTPUT_FILE = browser;
  run("End to end", "playwright", "test", "--config=e2e/playwright.config.ts", "--reporter=list,json");
  count("End to end", browser, playwrightCounts);
} else fail("Build");

rmSync(reports, { recursive: true, force: true });
const { passed, failed, skipped } = totals;
// Once more at the end, where a log that was cut off still has them.
if (retried.length > 0) process.stdout.write(`\nPassed at the second try:\n${retried.join("\n")}\n`);
if (failures.length > 0) process.stdout.write(`\nFailed:\n${failures.join("\n")}\n`);
process.stdout.write(`\n${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}\n`);
process.exit(failed > 0 ? 1 : 0);

function run(title: string, command: string, ...args: string[]): boolean {
  process.stdout.write(`\n── ${title}\n`);
  const { status } = spawnSync(path.join("node_modules/.bin", command), args, { stdio: "inherit" });
  return status === 0;
}

/** A check counts as one test. */
function check(title: string, command: string, ...args: string[]): void {
  if (run(title, command, ...args)) totals.passed += 1;
  else fail(title);
}

function fail(...names: string[]): void {
  totals.failed += names.length;
  failures.push(...names);
}

type Counts = { passed: number; failures: string[]; skipped: number };

/** Adds what a runner reported; a runner that died without a report counts as a failure. */
function count(title: string, file: string, read: (report: never) => Counts): void {
  try {
    const counts = read(JSON.parse(readFileSync(file, "utf8")) as never);
    totals.passed += counts.passed;
    totals.skipped += counts.skipped;
    fail(...counts.failures);
  } catch {
    fail(title);
  }
}

type VitestReport = {
  numPassedTests: number;
  numPendingTests: number;
  success: boolean;
  testResults: { name: string; assertionResults: { status: string; fullName: string; failureMessages: string[] }[] }[];
};

function vitestCounts({
  numPassedTests: passed,
  numPendingTests: skipped,
  success,
  testResults,
}: VitestReport): Counts {
  const failures = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => `${path.relative("", name)}: ${fullName}\n  ${failureMessages[0]}`),
  );
  // A file that can't be loaded, or an error outside of any test, fails the run without a failed test.
  if (!success && failures.length === 0) failures.push("An error outside of the tests");
  return { passed, failures, skipped };
}

type PlaywrightSuite = {
  suites?: PlaywrightSuite[];
  specs: {
    title: string;
    file: string;
    line: number;
    tests: { status: string; results: { attachments: { name: string; path?: string }[] }[] }[];
  }[];
};
type PlaywrightReport = {
  stats: { expected: number; skipped: number; flaky: number };
  errors: { message?: string }[];
  suites: PlaywrightSuite[];
};

function playwrightCounts({ stats, errors, suites }: PlaywrightReport): Counts {
  retried.push(...testsThatWere("flaky", suites));
  return {
    passed: stats.expected + stats.flaky,
    failures: [...testsThatWere("unexpected", suites), ...errors.map(({ message }) => String(message))],
    skipped: stats.skipped,
  };
}

/** Each with what its page showed when it failed. */
function testsThatWere(status: "flaky" | "unexpected", suites: PlaywrightSuite[]): string[] {
  return suites.flatMap(({ suites: inner = [], specs }) => [
    ...specs.flatMap(({ file, line, title, tests }) =>
      tests
        .filter((test) => test.status === status)
        .map(({ results }) => {
          const page = results[0]?.attachments.find(({ name }) => name === "error-context")?.path;
          return `${file}:${line}: ${title}${page ? `\n${readFileSync(page, "utf8").slice(0, 4_000)}` : ""}`;
        }),
    ),
    ...testsThatWere(status, inner),
  ]);
}
