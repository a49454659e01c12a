import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Starts with the tests of processes, which take longest, so that no long one runs alone at the
 * end.
 */
class ProcessesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => moduleId.includes("/e2e/process/");
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ["{lib,components,scripts,e2e/process}/**/*.test.{ts,tsx}"],
    globalSetup: ["e2e/support/database-setup.ts"],
    // Most tests wait for processes and databases, so the default of half the cores leaves a small
    // machine idle.
    maxWorkers: Math.max(3, Math.floor(availableParallelism() / 2)),
    sequence: { sequencer: ProcessesFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    server: { deps: { inline: ["next-auth"] } },
    env: { NODE_ENV: "test", LOG_LEVEL: "silent" },
  },
});
