import { isDeepStrictEqual } from "node:util";
import { type Account, type Key, NEVER } from "#e2e/load/faults/accounts.ts";
import type { Report } from "#e2e/load/faults/report.ts";
import { type ApiProcesses, differingBalances } from "#e2e/process/api-processes.ts";
import type { TestServer } from "#e2e/support/start-server.ts";
import { until } from "#e2e/support/until.ts";
import { KEY_SELECT } from "#lib/api-keys/key-columns.ts";
import { restrictionsOf } from "#lib/api-keys/model/restrictions.ts";
import { sweepReservations } from "#lib/credits/store.ts";
import { database, pool } from "#lib/database/client.ts";

export async function checkTheEnd(
  processes: ApiProcesses,
  dashboard: TestServer,
  accounts: Account[],
  keys: Key[],
  report: Report,
): Promise<void> {
  const fail = (sentence: string) => report.violations.push(sentence);
  const good = keys.find(
    ({ revoked, pause, restricting, account }) =>
      revoked === NEVER &&
      pause.begun === 0 &&
      restricting.begun === 0 &&
      account.disabled === NEVER &&
      !account.limited,
  );
  for (const server of processes.all) {
    const { exitCode, signalCode } = server.process;
    if (exitCode !== null || signalCode !== null)
      fail(`a process ended by itself (${exitCode ?? signalCode}): ${server.output().slice(-2_000)}`);
    const status = await settle(204, async () => {
      const answer = await fetch(`${server.url}/api/v1/auth`, { headers: { "x-api-key": good?.secret ?? "" } });
      return answer.status;
    });
    if (status !== 204) fail(`a process did not come back by itself: ${status}`);
    const ready = await settle("ready", async () => (await (await fetch(`${server.url}/readyz`)).json()).status);
    if (ready !== "ready") fail(`a process stayed ${ready}`);
  }
  const page = await settle(200, async () => (await fetch(`${dashboard.url}/sign-in`)).status);
  if (page !== 200) fail(`the dashboard did not come back by itself: ${page}`);

  await pool().query(`UPDATE "Reservation" SET "expiresAt" = now() - interval '1 second'`);
  await sweepReservations();
  for (const row of await differingBalances()) fail(`a balance is not its ledger's sum: ${JSON.stringify(row)}`);
  for (const { id, revoked, pause, restricting, account } of keys) {
    const row = await database().apiKey.findUniqueOrThrow({
      where: { id },
      select: { ...KEY_SELECT, user: { select: { tier: true, disabledAt: true } } },
    });
    if (revoked.confirmed < Number.POSITIVE_INFINITY && !row.revokedAt) fail(`${id} lost its revocation`);
    if (revoked === NEVER && row.revokedAt) fail(`${id} was revoked by nobody`);
    if (pause.confirmed < NEVER.confirmed && pause.disabled !== (row.disabledAt !== null))
      fail(`${id} is ${pause.disabled ? "not " : ""}disabled at the end`);
    if (restricting.confirmed < NEVER.confirmed && !isDeepStrictEqual(restrictionsOf(row), restricting.to))
      fail(`${id} lost its restrictions`);
    if (account.disabled.confirmed < Number.POSITIVE_INFINITY && !row.user.disabledAt)
      fail(`${account.id} was enabled by nobody`);
    if (account.tierChange.confirmed < Number.POSITIVE_INFINITY && row.user.tier !== account.tier)
      fail(`${account.id} lost its tier`);
  }
  for (const { id, granted } of accounts) {
    const { _sum } = await database().creditMovement.aggregate({
      where: { userId: id, kind: { in: ["signup", "granted"] } },
      _sum: { amount: true },
    });
    if ((_sum.amount ?? 0) < granted) fail(`${id} lost credits that were granted`);
  }
}

/** Reads until the value is the wanted one. Returns the last one, or the error, after 10 s. */
async function settle<T>(wanted: T, read: () => Promise<T>): Promise<T | string> {
  let value: T | string = "nothing";
  const isWanted = async () => {
    value = await read().catch(String);
    return value === wanted;
  };
  return until(isWanted, 10_000).then(
    () => value,
    () => value,
  );
}
