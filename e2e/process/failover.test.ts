import { expect, test } from "vitest";
import { runFailovers } from "#e2e/load/failover.ts";
import { isMissing } from "#e2e/support/installed.ts";

/** The short form of `npm run soak`. */
test.skipIf(isMissing("postgresql") || isMissing("redis-sentinel") || isMissing("redis-server"))(
  "a promoted standby and a Sentinel failover under load lose nothing that was confirmed, and every process recovers by itself",
  async () => {
    const report = await runFailovers({ rounds: 2, parallel: 24 });
    process.stdout.write(`failover: ${JSON.stringify(report)}\n`);
    expect(report.violations).toEqual([]);
    for (const status of ["204", "401", "503"]) expect(report.statuses[status], status).toBeGreaterThan(0);
    expect(report.revocations).toBeGreaterThan(5);
    for (const recovery of report.recoveries) expect(recovery).toBeLessThan(20_000);
  },
  180_000,
);
