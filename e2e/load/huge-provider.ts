import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { HugeOptions, HugeOrder, HugeResult } from "#e2e/load/huge-provider-thread.ts";
import { insertKeys, writeTiers } from "#e2e/load/set-up.ts";
import { startPostgres } from "#e2e/support/postgres.ts";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { asUserId } from "#lib/accounts/model/user-id.ts";
import { openBalance } from "#lib/credits/store.ts";
import { connectDatabase, database, disconnectDatabase } from "#lib/database/client.ts";

const CREDITS = 100;
const AUTH_EVERY_MS = 10;
const METRICS_TOKEN = "a token for Prometheus";

type Watched = { statuses: Record<string, number>; p99: number };
export type HugeReport = HugeResult & {
  /** Images that the provider sent. */
  drawn: number;
  charged: number;
  /**
   * Requests of other callers to `/auth`, before and during the images. `p99` is in milliseconds.
   */
  before: Watched;
  meanwhile: Watched;
  /** The longest pause of the event loop, and the peak of resident memory. */
  blockedMs: number;
  residentMb: number;
};

/** Returns the broken promises, each in a sentence. */
export function violationsOf({ statuses, whole, drawn, charged, meanwhile, blockedMs }: HugeReport): string[] {
  const violations: string[] = [];
  if (drawn !== whole || charged !== whole) violations.push(`${drawn} drawn, ${charged} charged, ${whole} delivered`);
  for (const status of Object.keys(statuses))
    if (status !== "200" && status !== "429") violations.push(`an image was answered ${status}`);
  for (const status of Object.keys(meanwhile.statuses))
    if (status !== "204") violations.push(`another caller was answered ${status}`);
  // Several times what a busy machine needs. It was seconds before a fix.
  if (blockedMs > 1_500) violations.push(`the process stood still for ${blockedMs} ms`);
  return violations;
}

/**
 * Asks for many large images at once from one account, at a provider that is slow and sends base64,
 * while other accounts check their keys. `cwd` is another copy of the project to compare with.
 */
export async function runHugeProvider(
  options: HugeOptions & { images: number; idempotent: boolean; cwd?: string; settings?: Record<string, string> },
): Promise<HugeReport> {
  const { images, idempotent, cwd } = options;
  const postgres = await startPostgres();
  const { directory, remove } = await temporaryDirectory();
  const thread = new Worker(new URL("./huge-provider-thread.ts", import.meta.url), { workerData: options });
  const [port] = await once(thread, "message");
  const server = await startServer(
    {
      ROLE: "api",
      DATABASE_URL: postgres.url,
      AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a",
      TIERS_FILE: await writeTiers(directory),
      ARK_API_KEY: "ark-secret",
      ARK_BASE_URL: `http://127.0.0.1:${port}/api/v3`,
      SIGN_UP: "open",
      LOG_LEVEL: "info",
      METRICS_TOKEN,
      ...options.settings,
    },
    cwd,
  );
  connectDatabase(postgres.url, 2);
  try {
    // The first ten belong to one account, the others to another one.
    const secrets = await insertKeys(20);
    await database().$transaction(async (transaction) => {
      for (const { id } of await transaction.user.findMany({ select: { id: true } }))
        await openBalance(transaction, asUserId(id), CREDITS);
    });
    const quiet = watchAuth(server, secrets.slice(10));
    await sleep(2_000);
    const before = await quiet.end();
    await readMetric(server, "nodejs_eventloop_lag_max_seconds");
    const others = watchAuth(server, secrets.slice(10));
    thread.postMessage({ url: server.url, secret: secrets[0] ?? "", images, idempotent } satisfies HugeOrder);
    const [result] = (await once(thread, "message")) as [HugeResult & { drawn: number }];
    const meanwhile = await others.end();
    const blockedMs = Math.round(1_000 * (await readMetric(server, "nodejs_eventloop_lag_max_seconds")));
    const { _sum } = await database().balance.aggregate({ _sum: { credits: true } });
    const charged = 2 * CREDITS - (_sum.credits ?? 0);
    return { ...result, charged, before, meanwhile, blockedMs, residentMb: await peakMb(server) };
  } finally {
    await disconnectDatabase();
    await server.end("SIGKILL");
    await thread.terminate();
    await postgres.remove();
    await remove();
  }
}

/**
 * Sends a request every few milliseconds without waiting for answers, so that a pause of the
 * process counts in full.
 */
function watchAuth({ url }: TestServer, secrets: string[]) {
  const statuses: Record<string, number> = {};
  const times: number[] = [];
  const open = new Set<Promise<void>>();
  let over = false;
  const ask = async (secret: string) => {
    const start = performance.now();
    const answer = await fetch(`${url}/api/v1/auth`, { headers: { "x-api-key": secret } }).catch(() => undefined);
    times.push(performance.now() - start);
    const status = String(answer?.status ?? "none");
    statuses[status] = (statuses[status] ?? 0) + 1;
  };
  const watching = (async () => {
    for (let i = 0; !over; i += 1) {
      const asked = ask(secrets[i % secrets.length] ?? "").finally(() => open.delete(asked));
      open.add(asked);
      await sleep(AUTH_EVERY_MS);
    }
  })();
  return {
    end: async (): Promise<Watched> => {
      over = true;
      await watching;
      await Promise.all(open);
      times.sort((a, b) => a - b);
      return { statuses, p99: Math.round(times[Math.ceil(times.length * 0.99) - 1] as number) };
    },
  };
}

/** Reads a metric, which also resets it. */
async function readMetric({ url }: TestServer, name: string): Promise<number> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
  return Number(new RegExp(`^${name} (.+)$`, "m").exec(await answer.text())?.[1]);
}

async function peakMb({ process: { pid } }: TestServer): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
}
