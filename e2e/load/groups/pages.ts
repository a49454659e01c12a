import type { BenchContext } from "#e2e/load/bench-context.ts";
import { signInByForm } from "#e2e/load/dashboard.ts";
import { holdUpkeep } from "#e2e/load/hold-upkeep.ts";
import { ROUNDS } from "#e2e/load/measure.ts";
import { median } from "#e2e/load/median.ts";
import { findViews, type Route } from "#e2e/load/views.ts";

const MOST_MS = 100;
const TIMES = 1.5;

/**
 * Measures every page and the first row of every export: of an account with years of history
 * against one with ten of each.
 */
export async function pages(bench: BenchContext): Promise<void> {
  const database = await bench.large();
  const held = await holdUpkeep(database.postgres.url);
  try {
    await bench.withServer(database, "all", async ({ url }) => {
      await held.check();
      const account = async (who: "large" | "small") => {
        const headers = { cookie: await signInByForm(url, database[who]) };
        const read = async (path: string) => {
          const answer = await fetch(url + path, { headers, redirect: "manual" });
          const text = await answer.text();
          return answer.status === 200 ? text : undefined;
        };
        return {
          views: await findViews(read),
          time: (path: string, kind: Route["kind"]) => timeOf(url + path, headers, kind),
        };
      };
      const [large, small] = [await account("large"), await account("small")];
      const smallViews = [...small.views];
      for (const [route, views] of large.views) {
        const own = smallViews.find(([{ path }]) => path === route.path)?.[1] ?? [];
        for (const view of views) {
          // A view that the small account lacks, such as older rows, is compared with its first
          // view.
          const other = own.find((each) => each.split("?")[1] === view.split("?")[1]) ?? (own[0] as string);
          const times = { large: [] as number[], small: [] as number[] };
          for (let round = 0; round <= ROUNDS; round += 1) {
            times.large.push(await large.time(view, route.kind));
            times.small.push(await small.time(other, route.kind));
          }
          // The first of each warms up.
          const [a, b] = [median(times.large.slice(1)), median(times.small.slice(1))];
          const figure = `${route.path}${view.includes("?") ? `?${view.split("?")[1]}` : ""}${route.kind === "export" ? ", first row" : ""}`;
          bench.report.judge(
            figure,
            a,
            { most: Math.min(MOST_MS, TIMES * b) },
            {
              unit: "ms",
              against: `${b.toFixed(1)} ms of the small account, ${(a / b).toFixed(2)} times`,
              because: `${TIMES} times, ${MOST_MS} ms`,
            },
          );
        }
      }
    });
  } finally {
    await held.release();
  }
}

/**
 * Returns the milliseconds until a page is read, or the first row of a file below its heading. An
 * error is infinite.
 */
async function timeOf(url: string, headers: Record<string, string>, kind: Route["kind"]): Promise<number> {
  const start = performance.now();
  const abort = new AbortController();
  const answer = await fetch(url, { headers, redirect: "manual", signal: abort.signal });
  if (answer.status >= 400) {
    await answer.arrayBuffer();
    return Number.POSITIVE_INFINITY;
  }
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    if (kind === "export" && text.trimEnd().includes("\n")) break;
  }
  const time = performance.now() - start;
  abort.abort();
  return time;
}
