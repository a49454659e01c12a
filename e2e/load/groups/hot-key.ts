import type { BenchContext } from "#e2e/load/bench-context.ts";
import { loadAtRate } from "#e2e/load/latency.ts";
import { type Figure, measure, measureInTurns, ROUNDS, rate, ratio } from "#e2e/load/measure.ts";
import { median } from "#e2e/load/median.ts";

/** Formats the CPU time of a request, and how much of a core the process had. */
const cpu = ({ rate, cores }: Figure) => `${((cores / rate) * 1e6).toFixed(0)} µs on ${cores.toFixed(2)} cores`;

/**
 * Measures one cached key with ROLE=api and in the default start, against `node:http` with the same
 * headers.
 */
export async function hotKey(bench: BenchContext): Promise<void> {
  const database = await bench.keys();
  const headers = database.hot;
  await bench.withServer(database, "api", async (api) => {
    const url = `${api.url}/api/v1/auth`;
    const bare = await bench.bare(api.url, headers);
    await bench.withServer(database, "all", async (all) => {
      for (const connections of [16, 256]) {
        const measured = await measureInTurns(
          {
            bare: { url: bare.url, headers, pid: bare.child.pid },
            api: { url, headers, pid: api.process.pid },
            all: { url: `${all.url}/api/v1/auth`, headers, pid: all.process.pid },
          },
          connections,
        );
        if (measured.api.rejected + measured.all.rejected > 0)
          throw new Error("Requests with a good key were rejected");
        const judge = (figure: string, of: "api" | "all", against: "bare" | "api", least: number) =>
          bench.report.judge(
            `hot key, ${figure}, ${connections} connections`,
            measured[of].rate / measured[against].rate,
            { least },
            {
              against: `of ${against === "bare" ? "bare node:http" : "ROLE=api"}, ${rate(measured[of].rate)} of ${rate(measured[against].rate)}; ${cpu(measured[of])} against ${cpu(measured[against])}`,
            },
          );
        judge("ROLE=api", "api", "bare", 0.65);
        judge("npm start", "all", "bare", 0.55);
        judge("npm start", "all", "api", 0.95);
      }
    });

    const half = Math.round((await measure({ url, headers }, 16, 1)).rate / 2);
    const p99 = { ours: [] as number[], bare: [] as number[] };
    for (let round = 0; round < ROUNDS; round += 1) {
      p99.ours.push((await loadAtRate({ url, connections: 16, rate: half, headers })).p99);
      p99.bare.push((await loadAtRate({ url: bare.url, connections: 16, rate: half, headers })).p99);
    }
    bench.report.judge(
      "hot key, p99 at half of the rate, in bursts",
      median(p99.ours),
      { most: Math.max(3, 2 * median(p99.bare)) },
      {
        unit: "ms",
        against: `bare ${median(p99.bare).toFixed(2)} ms, ${ratio(median(p99.ours), median(p99.bare))} times`,
        because: "3 ms, or twice bare",
      },
    );
    bare.end();
  });
}
