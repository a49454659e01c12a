import { readFileSync } from "node:fs";
import path from "node:path";
import type { FullConfig, Reporter, Suite, TestCase, TestError } from "playwright/types/testReporter";
import { writeReport } from "#scripts/reports/report.ts";

/** Characters of the page's content that a failure shows. */
const PAGE_CHARACTERS_MAX = 4_000;

/**
 * Counts the tests of a Playwright run for `npm test`. A test that passes only on a retry counts as
 * failed.
 */
export default class PlaywrightReporter implements Reporter {
  #root = "";
  #tests: TestCase[] = [];
  #errors: string[] = [];

  onBegin({ rootDir }: FullConfig, suite: Suite): void {
    this.#root = rootDir;
    this.#tests = suite.allTests();
  }

  /** An error outside of tests. */
  onError({ message }: TestError): void {
    this.#errors.push(String(message));
  }

  onEnd(): void {
    const testsThatWere = (...outcomes: string[]) => this.#tests.filter((test) => outcomes.includes(test.outcome()));
    writeReport({
      passed: testsThatWere("expected").length,
      skipped: testsThatWere("skipped").length,
      failures: [...testsThatWere("unexpected", "flaky").map((test) => this.#describe(test)), ...this.#errors],
    });
  }

  #describe(test: TestCase): string {
    const [first] = test.results;
    const { file, line } = test.location;
    const page = first?.attachments.find(({ name }) => name === "error-context")?.path;
    return [
      `${path.relative(this.#root, file)}:${line}: ${test.title}`,
      ...(test.outcome() === "flaky" ? ["  It passed only on a retry."] : []),
      `  ${first?.error?.message ?? "It didn't run."}`,
      ...(page ? [readFileSync(page, "utf8").slice(0, PAGE_CHARACTERS_MAX)] : []),
    ].join("\n");
  }
}
