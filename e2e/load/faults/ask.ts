import { type Key, NEVER } from "#e2e/load/faults/accounts.ts";
import type { Report } from "#e2e/load/faults/report.ts";
import { contradiction, narrowOf, queryOf } from "#e2e/load/faults/restrictions.ts";
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
  const asked = { cost: random.chance(0.2) ? 1 : 0, scope: random.chance(0.3) };
  const start = performance.now();
  const { pause, restricting } = key;
  const tierThen = { tier: account.tier, change: account.tierChange };
  const answer = await fetch(`${server.url}/api/v1/auth?${queryOf(asked)}`, {
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
  const isRestricted = restricting === key.restricting && start > restricting.confirmed;
  const isLimited = account.limited && status === "429";
  if (end < begun && isSettled && !pause.disabled && isRestricted && !isLimited) {
    const { headers } = answer;
    const answered = { code: headers.get("goodtake-error"), policy: headers.get("ratelimit-policy") ?? "" };
    const problem = contradiction(restricting.to, asked, answered);
    const ms = Math.round(start - restricting.confirmed);
    if (problem) report.violations.push(`${key.id} ${problem}, ${ms} ms after its restrictions changed`);
    const by = answered.code ? narrowOf(restricting.to) : restricting.begun > 0 && "passed";
    if (by) report.restricted[by] = (report.restricted[by] ?? 0) + 1;
  }
  if (!["204", "401", "403", "429"].includes(status)) report.violations.push(`${key.id} was answered ${status}`);
  const settled =
    tierThen.change === account.tierChange && (start > account.tierChange.confirmed || account.tierChange === NEVER);
  if (answer.ok && settled && answer.headers.get("goodtake-tier") !== tierThen.tier)
    report.violations.push(`${account.id} had the tier ${answer.headers.get("goodtake-tier")}, not ${tierThen.tier}`);
}
