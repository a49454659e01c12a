import { writeFileSync } from "node:fs";

/** The environment variable that names the file a reporter writes its {@link TestReport} to. */
export const REPORT_FILE = "TEST_REPORT_FILE";

/** The outcome of one runner's tests. `failures` has one or more lines for each failed test. */
export type TestReport = { passed: number; skipped: number; failures: string[] };

export function writeReport(report: TestReport): void {
  const file = process.env[REPORT_FILE];
  if (file) writeFileSync(file, JSON.stringify(report));
}
