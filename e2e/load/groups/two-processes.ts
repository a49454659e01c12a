import type { ChildProcess } from "node:child_process";
import type { BenchContext } from "#e2e/load/bench-context.ts";
import { loadAtRate } from "#e2e/load/latency.ts";
import { measureInTurns, ROUNDS, rate, ratio } from "#e2e/load/measure.ts";
import { median } from "#e2e/load/median.ts";
import { startNginx } from "#e2e/load/nginx.ts";
import { cpuMicroseconds } from "#e2e/load/process-usage.ts";
import { writeKeyScript } from "#e2e/load/set-up.ts";
import { startRedis } from "#e2e/support/redis.ts";

/**
 * Measures one process and two on one PostgreSQL and one Redis, behind nginx. Two cores can't show
 * twice the rate beside the load's own process.
 */
export async function twoProcesses(bench: BenchContext): Promise<void> {
  const database = await bench.keys();
  const keys = await writeKeyScript(bench.directory, "few-keys", database.secrets.slice(0, 1_000));
  const redis = await startRedis();
  const behind = async (servers: { url: string; process: ChildProcess }[]) => {
    const { url, stop } = await startNginx(bench.directory, servers);
    return { url: `${url}/api/v1/auth`, stop, processes: servers.map(({ process }) => process), used: [] as number[] };
  };
  const settings = { REDIS_URL: redis.url, TRUSTED_PROXIES: "127.0.0.1" };
  try {
    await bench.withServer(
      database,
      "api",
      (first) =>
        bench.withServer(
          database,
          "api",
          async (second) => {
            const bares = [await bench.bare(first.url, database.hot), await bench.bare(second.url, database.hot)];
            const bareServers = bares.map(({ child, url }) => ({ url, process: child }));
            const fronts = {
              one: await behind([first]),
              two: await behind([first, second]),
              bareOne: await behind(bareServers.slice(0, 1)),
              bareTwo: await behind(bareServers),
            };
            const { one, two } = await measureInTurns(
              { one: { url: fronts.one.url, keys }, two: { url: fronts.two.url, keys } },
              32,
            );
            if (one.rejected + two.rejected > 0) throw new Error("Requests behind nginx were rejected");
            // Each process has a quarter of its rate as its share: at full load they would compete
            // for the cores.
            const share = Math.round(one.rate / 4);
            for (let round = 0; round < ROUNDS; round += 1)
              for (const { url, processes, used } of Object.values(fronts)) {
                const shares = processes.length;
                const load = () =>
                  loadAtRate({ url, connections: 8 * shares, rate: share * shares, headers: database.hot });
                used.push(await cpuMicroseconds(processes, load));
              }
            const cpu = ({ used }: { used: number[] }) => `${median(used).toFixed(0)} µs`;
            bench.report.note(
              "two processes with Redis against one, behind nginx",
              `${ratio(two.rate, one.rate)} times the rate`,
              `${rate(one.rate)} → ${rate(two.rate)}; CPU a request, each at a quarter of its rate: ${cpu(fronts.one)} → ${cpu(fronts.two)}, and of bare ones ${cpu(fronts.bareOne)} → ${cpu(fronts.bareTwo)}`,
            );
            await Promise.all(Object.values(fronts).map(({ stop }) => stop()));
            for (const { end } of bares) end();
          },
          settings,
        ),
      settings,
    );
  } finally {
    await redis.stop();
  }
}
