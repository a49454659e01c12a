import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { LimitHistory } from "#e2e/load/limits.ts";
import { Random } from "#e2e/load/random.ts";
import { type ApiProcesses, differingBalances, startApiProcesses } from "#e2e/process/api-processes.ts";
import { startPostgres, type TestPostgres } from "#e2e/support/postgres.ts";
import { startRedis, type TestRedis } from "#e2e/support/redis.ts";
import { startServer, type TestServer } from "#e2e/support/start-server.ts";
import { until } from "#e2e/support/until.ts";
import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import { disableAccount, setTier } from "#lib/accounts/store.ts";
import { LEASE_MS } from "#lib/api-keys/lease.ts";
import { generateSecret, hashSecret } from "#lib/api-keys/secret.ts";
import { revokeApiKey } from "#lib/api-keys/store.ts";
import { grantCredits, openBalance, sweepReservations } from "#lib/credits/store.ts";
import { connectDatabase, database, disconnectDatabase, pool } from "#lib/database/client.ts";

const OPERATOR = { actor: "operator", address: null, userAgent: null } as const;
const INSTANCES = 3;
const AUTH_SECRET = "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a";

export type Options = {
  seed: number;
  /** How long faults and changes go on under load. */
  seconds: number;
  /** Revocations to make in that time. */
  revocations: number;
  /** Requests in flight. */
  parallel: number;
  say?: (line: string) => void;
};

export type Report = {
  requests: number;
  statuses: Record<string, number>;
  faults: Record<string, number>;
  revocations: number;
  /** Requests that an instance's own limit rejected while Redis was away. */
  limitedAlone: number;
  /** Broken promises, each in a sentence. */
  violations: string[];
};

/** The times of a change: before `begun` the old state holds, after `confirmed` the new one. */
type Change = { begun: number; confirmed: number };
const NEVER: Change = { begun: Number.POSITIVE_INFINITY, confirmed: Number.POSITIVE_INFINITY };

type Account = { id: UserId; limited: boolean; tier: string; tierChange: Change; disabled: Change; granted: number };
type Key = { id: string; account: Account; secret: string; revoked: Change };

/**
 * Runs three API processes and a dashboard on one PostgreSQL and one Redis, under load. Meanwhile
 * it kills, pauses and restarts processes, stops the database and Redis, and changes keys, tiers,
 * accounts and credits. It checks every answer against what was confirmed before its request began.
 */
export async function runFaults({ seed, seconds, revocations, parallel, say = () => {} }: Options): Promise<Report> {
  const random = new Random(seed);
  const report: Report = { requests: 0, statuses: {}, faults: {}, revocations: 0, limitedAlone: 0, violations: [] };
  const postgres = await startPostgres();
  const redis = await startRedis();
  const processes = await startApiProcesses(INSTANCES, postgres.url, { REDIS_URL: redis.url });
  const startDashboard = () =>
    startServer({ ROLE: "dashboard", DATABASE_URL: postgres.url, AUTH_SECRET, TIERS_FILE: processes.tiersFile });
  let dashboard = await startDashboard();
  connectDatabase(postgres.url, 8);
  try {
    const { accounts, keys } = await populate(60, Math.max(5, Math.ceil(revocations / 30)));
    const limits = new LimitHistory(INSTANCES, accounts.filter(({ limited }) => limited).length);
    const end = performance.now() + seconds * 1_000;
    let over = false;
    const running = () => !over;
    // A third of the load is for limited keys, which would hardly reach their limits otherwise.
    const limitedKeys = keys.filter(({ account }) => account.limited);
    const load = Array.from({ length: parallel }, async (_, i) => {
      while (running()) await ask(random, processes, i % 3 === 0 ? limitedKeys : keys, limits, report);
    });
    const changes = makeChanges(random, accounts, keys, { running, count: revocations, ms: seconds * 1_000 }, report);
    const faults = causeFaults(random, { processes, postgres, redis, limits }, end, report, say, async () => {
      await dashboard.end("SIGKILL");
      dashboard = await startDashboard();
    }).finally(() => {
      over = true;
    });
    await Promise.all([...load, changes, faults]);
    await checkTheEnd(processes, dashboard, accounts, keys, report);
    const { faults: had } = report;
    const lostCounts = (had["Redis is killed"] ?? 0) + (had["Redis is flushed"] ?? 0);
    report.violations.push(...limits.violations(lostCounts, had["an API process is killed"] ?? 0));
    report.limitedAlone = limits.limitedAlone;
  } finally {
    await disconnectDatabase();
    await dashboard.end("SIGKILL");
    await processes.end();
    await redis.stop();
    await postgres.remove();
  }
  return report;
}

async function populate(count: number, keysEach: number): Promise<{ accounts: Account[]; keys: Key[] }> {
  const accounts: Account[] = [];
  const keys: Key[] = [];
  for (let i = 0; i < count; i += 1) {
    const limited = i % 30 === 0;
    const tier = limited ? "limited" : "free";
    const id = await database().$transaction(async (transaction) => {
      const user = await transaction.user.create({
        data: { name: "Load", email: `${randomUUID()}@example.com`, tier },
        select: { id: true },
      });
      const userId = asUserId(user.id);
      await openBalance(transaction, userId, 100);
      return userId;
    });
    const account = { id, limited, tier, tierChange: NEVER, disabled: NEVER, granted: 100 };
    accounts.push(account);
    for (let j = 0; j < keysEach; j += 1) {
      const secret = generateSecret();
      const key = await database().apiKey.create({
        data: { userId: id, name: "Load", environment: "production", prefix: "gt_load", hash: hashSecret(secret) },
        select: { id: true },
      });
      keys.push({ id: key.id, account, secret, revoked: NEVER });
    }
  }
  return { accounts, keys };
}

async function ask(
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
  if (status === "401" && end < begun) report.violations.push(`${key.id} was rejected while it was good`);
  if (!["204", "401", "403", "429"].includes(status)) report.violations.push(`${key.id} was answered ${status}`);
  if (status === "429" && !account.limited) report.violations.push(`${key.id} was limited without reason`);
  const settled =
    tierThen.change === account.tierChange && (start > account.tierChange.confirmed || account.tierChange === NEVER);
  if (answer.ok && settled && answer.headers.get("goodtake-tier") !== tierThen.tier)
    report.violations.push(`${account.id} had the tier ${answer.headers.get("goodtake-tier")}, not ${tierThen.tier}`);
}

type Plan = { running: () => boolean; count: number; ms: number };

async function makeChanges(
  random: Random,
  accounts: Account[],
  keys: Key[],
  plan: Plan,
  report: Report,
): Promise<void> {
  const pace = plan.ms / plan.count;
  const open: Promise<void>[] = [];
  const change = (work: () => Promise<{ ok: boolean }>, onConfirmed: (confirmed: number) => void) => {
    // A change that fails may have happened. It is not confirmed, and nothing is expected of it.
    open.push(
      work().then(
        ({ ok }) => {
          if (ok) onConfirmed(performance.now());
          else report.violations.push("a change was rejected");
        },
        () => {},
      ),
    );
  };
  while (plan.running()) {
    const good = keys.filter(({ revoked }) => revoked === NEVER);
    if (good.length < 50) break;
    const key = random.pick(good);
    key.revoked = { ...NEVER, begun: performance.now() };
    change(
      () => revokeApiKey(key.account.id, key.id, OPERATOR),
      (confirmed) => {
        key.revoked = { ...key.revoked, confirmed };
        report.revocations += 1;
      },
    );
    const enabled = accounts.filter(({ limited, disabled }) => !limited && disabled === NEVER);
    // Some accounts stay enabled for the checks at the end.
    if (enabled.length > 10 && random.chance(0.1)) {
      const account = random.pick(enabled);
      account.disabled = { ...NEVER, begun: performance.now() };
      change(
        () => disableAccount(account.id, OPERATOR),
        (confirmed) => {
          account.disabled = { ...account.disabled, confirmed };
        },
      );
    }
    const unchanged = accounts.filter(({ limited, tierChange }) => !limited && tierChange === NEVER);
    if (unchanged.length > 0 && random.chance(0.3)) {
      const account = random.pick(unchanged);
      account.tierChange = { ...NEVER, begun: performance.now() };
      change(
        () => setTier(account.id, "pro", OPERATOR),
        (confirmed) => {
          account.tier = "pro";
          account.tierChange = { ...account.tierChange, confirmed };
        },
      );
    }
    if (random.chance(0.3)) {
      const account = random.pick(accounts);
      change(
        () => grantCredits(account.id, 10, OPERATOR),
        () => {
          account.granted += 10;
        },
      );
    }
    await sleep(pace * (0.5 + random.next()));
  }
  await Promise.all(open);
}

type Stage = { processes: ApiProcesses; postgres: TestPostgres; redis: TestRedis; limits: LimitHistory };

/** Causes one fault after the other, and repairs each as a supervisor would. */
async function causeFaults(
  random: Random,
  { processes, postgres, redis, limits }: Stage,
  end: number,
  report: Report,
  say: (line: string) => void,
  restartDashboard: () => Promise<void>,
): Promise<void> {
  const faults: Record<string, () => Promise<unknown>> = {
    "an API process is killed": async () => {
      const place = random.below(INSTANCES);
      await processes.all[place]?.end("SIGKILL");
      await processes.start(place);
    },
    "the dashboard is killed": restartDashboard,
    "PostgreSQL is stopped": async () => {
      await postgres.stop();
      await sleep(200 + random.below(600));
      await postgres.start();
    },
    "PostgreSQL's connections are terminated": () =>
      pool()
        .query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
        )
        .catch(() => {}),
    "a backend of PostgreSQL is killed": () => postgres.crash(),
    "Redis is killed": async () => {
      await redis.stop();
      await limits.whileAway();
      await redis.restart();
    },
    "Redis is flushed": () => redis.flush(),
    "an API process is paused": async () => {
      const server = random.pick(processes.all);
      server.process.kill("SIGSTOP");
      await sleep(LEASE_MS * (1 + random.next() * 3));
      server.process.kill("SIGCONT");
    },
  };
  // Each fault comes at least once, in a random order.
  const order = Object.keys(faults).sort(() => random.next() - 0.5);
  while (performance.now() < end || order.length > 0) {
    const name = order.shift() ?? random.pick(Object.keys(faults));
    report.faults[name] = (report.faults[name] ?? 0) + 1;
    say(name);
    await faults[name]?.();
    await sleep(100 + random.below(400));
  }
}

async function checkTheEnd(
  processes: ApiProcesses,
  dashboard: TestServer,
  accounts: Account[],
  keys: Key[],
  report: Report,
): Promise<void> {
  const fail = (sentence: string) => report.violations.push(sentence);
  const good = keys.find(({ revoked, account }) => revoked === NEVER && account.disabled === NEVER && !account.limited);
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
  for (const { id, revoked, account } of keys) {
    const row = await database().apiKey.findUniqueOrThrow({
      where: { id },
      select: { revokedAt: true, user: { select: { tier: true, disabledAt: true } } },
    });
    if (revoked.confirmed < Number.POSITIVE_INFINITY && !row.revokedAt) fail(`${id} lost its revocation`);
    if (revoked === NEVER && row.revokedAt) fail(`${id} was revoked by nobody`);
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
