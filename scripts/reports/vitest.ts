import type { Reporter, SerializedError, TestModule } from "vitest/node";
import { writeReport } from "#scripts/reports/report.ts";

/**
 * Counts the tests of a Vitest run for `npm test`. A file that can't be loaded and an error outside
 * of tests count as failed.
 */
export default class VitestReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const report = { passed: 0, skipped: 0, failures: unhandledErrors.map(({ message }) => message) };
    for (const module of modules) {
      report.failures.push(...module.errors().map(({ message }) => `${module.relativeModuleId}: ${message}`));
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === "passed") report.passed += 1;
        else if (state === "failed")
          report.failures.push(`${module.relativeModuleId}: ${test.fullName}\n  ${errors[0]?.message}`);
        else report.skipped += 1;
      }
    }
    writeReport(report);
  }
}
