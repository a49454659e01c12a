import { type Key, NEVER } from "#e2e/load/faults/accounts.ts";
import type { Report } from "#e2e/load/faults/report.ts";
import type { LimitHistory } from "#e2e/load/limits.ts";
import type { Random } from "#e2e/load/random.ts";
import type { ApiProcesses } from "#e2e/process/api-processes.ts";

export async function ask(
  random: Random,
  { all }: ApiProcesses,
  keys: Key[],
  limits: LimitHistory,
  report: Report,
): Promise<void> {
  const key = random.pick(keys);
  const { account } = key;
  const server = random.pick(all);
  const cost = random.chance(0.2) ? 1 : 0;
  const start = performance.now();
  const { pause } = key;
  const tierThen = { tier: account.tier, change: account.tierChange };
  const answer = await fetch(`${server.url}/api/v1/auth?cost=${cost}`, {
    headers: { "x-api-key": key.secret },
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  const end = performance.now();
  report.requests += 1;
  // A killed or paused process doesn't answer, which breaks no promise.
  const status = String(answer?.status ?? "none");
  report.statuses[status] = (report.statuses[status] ?? 0) + 1;
  await answer?.arrayBuffer().catch(() => {});
  if (!answer || status === "503") return;
  // The check of credits comes after that of the limit.
  if (account.limited && status !== "401") limits.note({ accountId: account.id, passed: status !== "429", start, end });

  const over = Math.min(key.revoked.confirmed, account.disabled.confirmed);
  const begun = Math.min(key.revoked.begun, account.disabled.begun);
  if (answer.ok && start > over)
    report.violations.push(`${key.id} passed a request that began ${Math.round(start - over)} ms after its end`);
  const isSettled = pause === key.pause && start > pause.confirmed;
  if (answer.ok && isSettled && pause.disabled)
    report.violations.push(
      `${key.id} passed a request ${Math.round(start - pause.confirmed)} ms after it was disabled`,
    );
  if (status === "401" && end < begun && isSettled && !pause.disabled)
    report.violations.push(`${key.id} was rejected while it was good`);
  if (!["204", "401", "403", "429"].includes(status)) report.violations.push(`${key.id} was answered ${status}`);
  if (status === "429" && !account.limited) report.violations.push(`${key.id} was limited without reason`);
  const settled =
    tierThen.change === account.tierChange && (start > account.tierChange.confirmed || account.tierChange === NEVER);
  if (answer.ok && settled && answer.headers.get("goodtake-tier") !== tierThen.tier)
    report.violations.push(`${account.id} had the tier ${answer.headers.get("goodtake-tier")}, not ${tierThen.tier}`);
}
