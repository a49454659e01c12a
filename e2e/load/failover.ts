import { setTimeout as sleep } from "node:timers/promises";
import { type ApiProcesses, differingBalances, startApiProcesses } from "#e2e/process/api-processes.ts";
import { startSentinels, type TestSentinels } from "#e2e/support/redis-sentinel.ts";
import { type ReplicatedPostgres, startReplicatedPostgres } from "#e2e/support/replicated-postgres.ts";
import { until } from "#e2e/support/until.ts";
import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import { LEASE_MS } from "#lib/api-keys/lease.ts";
import { generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { grantCredits, openBalance, sweepReservations } from "#lib/credits/store.ts";
import { connectDatabase, database, disconnectDatabase, pool } from "#lib/database/client.ts";

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;
const KEYS = 200;
const CREDITS = 10_000_000;
/** How long there is no primary. */
const WITHOUT_PRIMARY_MS = 1_500;

export type FailoverOptions = { rounds: number; parallel: number; say?: (line: string) => void };

export type FailoverReport = {
  requests: number;
  statuses: Record<string, number>;
  revocations: number;
  /** Milliseconds from a promotion until all processes accept keys again. */
  recoveries: number[];
  /** Broken promises, each in a sentence. */
  violations: string[];
};

type Key = { id: string; secret: string; begun: number; confirmed: number };

/**
 * Runs three API processes on two PostgreSQL servers and a Redis under Sentinels. Under load, each
 * round takes the primary away, promotes the standby, kills the Redis master and rebuilds what was
 * lost. It checks every answer against what was confirmed before its request began, and at the end
 * that nothing confirmed is missing.
 */
export async function runFailovers({ rounds, parallel, say = () => {} }: FailoverOptions): Promise<FailoverReport> {
  const report: FailoverReport = { requests: 0, statuses: {}, revocations: 0, recoveries: [], violations: [] };
  const postgres = await startReplicatedPostgres();
  const sentinels = await startSentinels();
  const processes = await startApiProcesses(3, postgres.url, { REDIS_URL: sentinels.url });
  connectDatabase(postgres.url, 8);
  const stage = new Stage(processes, report);
  try {
    await stage.populate();
    const load = [...Array.from({ length: parallel }, () => stage.ask()), stage.revoke()];
    for (let round = 1; round <= rounds; round += 1) {
      // Crashes and hangs take turns.
      const hangs = round % 2 === 0;
      say(`the primary ${hangs ? "hangs" : "crashes"}`);
      await sleep(1_000);
      await (hangs ? postgres.hangPrimary() : postgres.stopPrimary());
      await promote(postgres, stage);
      say("the Redis master crashes");
      await moveMaster(sentinels, stage);
      await postgres.rebuildStandby();
    }
    stage.over = true;
    await Promise.all(load);
    await stage.checkTheEnd();
  } finally {
    stage.over = true;
    await disconnectDatabase();
    await processes.end();
    await sentinels.stop();
    await postgres.remove();
  }
  return report;
}

async function promote(postgres: ReplicatedPostgres, stage: Stage): Promise<void> {
  // A cached key passes for the rest of the lease that the primary gave.
  stage.withoutPrimary = { from: performance.now() + LEASE_MS, to: Number.POSITIVE_INFINITY };
  await sleep(WITHOUT_PRIMARY_MS);
  stage.withoutPrimary.to = performance.now();
  await postgres.promote();
  const promoted = performance.now();
  await stage.allAnswer("ready");
  stage.report.recoveries.push(Math.round(performance.now() - promoted));
}

async function moveMaster(sentinels: TestSentinels, stage: Stage): Promise<void> {
  const former = await sentinels.master();
  await former.stop();
  await sentinels.failedOver(former);
  await stage.allAnswer("ready");
  await sentinels.rejoin(former);
}

class Stage {
  readonly #processes: ApiProcesses;
  readonly report: FailoverReport;
  readonly #keys: Key[] = [];
  #userId = "" as UserId;
  #paid = 0;
  /** When requests have neither a primary to ask nor a lease. */
  withoutPrimary = { from: Number.POSITIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  over = false;

  constructor(processes: ApiProcesses, report: FailoverReport) {
    this.#processes = processes;
    this.report = report;
  }

  async populate(): Promise<void> {
    const user = await database().user.create({
      data: { name: "Load", email: "load@example.com", tier: "free" },
      select: { id: true },
    });
    const id = asUserId(user.id);
    await openBalance(database(), id, 0);
    await grantCredits(id, CREDITS, OPERATOR);
    this.#userId = id;
    // One statement, because creating keys one by one is throttled.
    const secrets = Array.from({ length: KEYS }, generateSecret);
    const keys = await database().apiKey.createManyAndReturn({
      data: secrets.map((secret) => ({
        userId: id,
        name: "Load",
        environment: "production" as const,
        prefix: "gt_load",
        hash: hashSecret(secret),
      })),
      select: { id: true },
    });
    for (const [i, key] of keys.entries())
      this.#keys.push({
        id: key.id,
        secret: secrets[i] as string,
        begun: Number.POSITIVE_INFINITY,
        confirmed: Number.POSITIVE_INFINITY,
      });
  }

  async ask(): Promise<void> {
    for (let i = Math.floor(Math.random() * KEYS); !this.over; i += 1) {
      const key = this.#keys[i % KEYS] as Key;
      const server = this.#processes.all[i % this.#processes.all.length];
      const cost = i % 4 === 0 ? 1 : 0;
      const start = performance.now();
      const status = await fetch(`${server?.url}/api/v1/auth?cost=${cost}`, {
        headers: { "x-api-key": key.secret },
        signal: AbortSignal.timeout(10_000),
      }).then(({ status }) => status, String);
      this.#judge(key, status, start);
      if (status === 204) this.#paid += cost;
      else await sleep(10);
    }
  }

  #judge(key: Key, status: number | string, start: number): void {
    const { statuses, violations } = this.report;
    this.report.requests += 1;
    statuses[status] = (statuses[status] ?? 0) + 1;
    const end = performance.now();
    const { from, to } = this.withoutPrimary;
    if (status === 204 && start > from && end < to) violations.push("a request passed while there was no primary");
    if (status === 204 && start > key.confirmed) violations.push(`${key.id} passed after its revocation`);
    if (status === 401 && end < key.begun) violations.push(`${key.id} was rejected while it was good`);
    if (![204, 401, 503].includes(status as number)) violations.push(`${key.id} was answered ${status}`);
  }

  /**
   * Revokes keys one after the other. A revocation that fails may have happened, so nothing is
   * expected of it.
   */
  async revoke(): Promise<void> {
    for (const key of this.#keys.slice(0, KEYS / 2)) {
      if (this.over) return;
      key.begun = performance.now();
      await revokeApiKey(this.#userId, key.id, OPERATOR).then(
        () => {
          key.confirmed = performance.now();
          this.report.revocations += 1;
        },
        () => sleep(50),
      );
    }
  }

  /** Waits until every process is in a state, or records a violation. */
  async allAnswer(wanted: string): Promise<void> {
    for (const { url, output } of this.#processes.all) {
      const state = () => fetch(`${url}/readyz`).then(async (answer) => (await answer.json()).status, String);
      await until(async () => (await state()) === wanted).catch(async () => {
        const printed = output().slice(-1_000);
        this.report.violations.push(`a process did not come back by itself: ${await state()}\n${printed}`);
      });
    }
  }

  async checkTheEnd(): Promise<void> {
    const { violations } = this.report;
    for (const { id, secret, confirmed } of this.#keys) {
      if (confirmed === Number.POSITIVE_INFINITY) continue;
      const { revokedAt } = await database().apiKey.findUniqueOrThrow({ where: { id }, select: { revokedAt: true } });
      if (!revokedAt) violations.push(`${id} lost its revocation`);
      for (const { url } of this.#processes.all) {
        const status = await this.#statusOf(`${url}/api/v1/auth`, secret);
        if (status !== 401) violations.push(`${id} was revoked and is answered ${status}`);
      }
    }
    await this.#checkCredits();
    for (const row of await differingBalances())
      violations.push(`a balance is not its ledger's sum: ${JSON.stringify(row)}`);
  }

  /** Returns the status of a key, once the process is not recovering with 503. */
  #statusOf(url: string, secret: string): Promise<number> {
    return until(async () => {
      const { status } = await fetch(url, { headers: { "x-api-key": secret } });
      return status !== 503 && status;
    });
  }

  /** Expects one credit taken for each 204, once reservations of other answers have expired. */
  async #checkCredits(): Promise<void> {
    let taken = 0;
    const areEqual = async () => {
      await pool().query(`UPDATE "Reservation" SET "expiresAt" = now() - interval '1 second'`);
      await sweepReservations();
      const { credits } = await database().balance.findUniqueOrThrow({
        where: { userId: this.#userId },
        select: { credits: true },
      });
      taken = CREDITS - credits;
      return taken === this.#paid;
    };
    await until(areEqual, 10_000).catch(() => {
      this.report.violations.push(`${this.#paid} credits were acknowledged and ${taken} are taken`);
    });
  }
}
