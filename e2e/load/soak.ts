import { randomInt } from "node:crypto";
import { runFailovers } from "#e2e/load/failover.ts";
import { runFaults } from "#e2e/load/faults/run-faults.ts";
import { runHugeProvider, violationsOf } from "#e2e/load/huge-provider.ts";
import { requirePrograms } from "#e2e/support/installed.ts";

// `npm run soak` is the long form of e2e/process/faults.test.ts and failover.test.ts. SOAK_SECONDS
// and FAULTS_SEED are optional.
requirePrograms("redis-server", "redis-sentinel", "postgresql");
const seed = Number(process.env.FAULTS_SEED ?? randomInt(2 ** 31));
const seconds = Number(process.env.SOAK_SECONDS ?? 180);
process.stdout.write(`FAULTS_SEED=${seed}, ${seconds} seconds\n`);
const start = performance.now();
const say = (line: string) =>
  process.stdout.write(`${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s  ${line}\n`);
const faults = await runFaults({
  seed,
  seconds,
  // A sixth of them meets a database that is away and is not confirmed.
  revocations: 360,
  parallel: 32,
  say,
});
const failovers = await runFailovers({ rounds: Math.max(2, Math.round(seconds / 20)), parallel: 32, say });
process.stdout.write(`${JSON.stringify({ faults, failovers }, null, 2)}\n`);
let broken = faults.violations.length + failovers.violations.length;
for (const idempotent of [false, true]) {
  const huge = await runHugeProvider({ images: 20, bytes: 30_000_000, delayMs: 1_000, idempotent });
  const violations = violationsOf(huge);
  process.stdout.write(`a slow and huge provider: ${JSON.stringify({ idempotent, ...huge, violations })}\n`);
  broken += violations.length;
}
process.exit(broken > 0 ? 1 : 0);
