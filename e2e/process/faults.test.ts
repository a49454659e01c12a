import { randomInt } from "node:crypto";
import { expect, test } from "vitest";
import { runFaults } from "#e2e/load/faults/run-faults.ts";
import { isMissing } from "#e2e/support/installed.ts";

/** The short form of `npm run soak`. */
test.skipIf(isMissing("redis-server"))(
  "under faults and changes revocations and restrictions are exact, good keys pass, balances and changes stay, and limits hold",
  async () => {
    const seed = Number(process.env.FAULTS_SEED ?? randomInt(2 ** 31));
    process.stdout.write(`faults: FAULTS_SEED=${seed}\n`);
    const report = await runFaults({ seed, seconds: 12, revocations: 40, parallel: 12 });
    expect(report.violations, JSON.stringify(report)).toEqual([]);
    // The load met every kind of fault and every status.
    expect(Object.keys(report.faults).length).toBe(8);
    expect(report.revocations).toBeGreaterThan(10);
    const restricted = ["allowedNetworks", "creditsPerMonth", "passed", "requestsPerMinute", "scopes"];
    expect(Object.keys(report.restricted).sort()).toEqual(restricted);
    for (const status of ["204", "401", "429", "503"]) expect(report.statuses[status], status).toBeGreaterThan(0);
    expect(report.limitedAlone).toBeGreaterThan(0);
  },
  120_000,
);
