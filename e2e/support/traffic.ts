/** When traffic ends whose test has failed before it stopped it. */
const TRAFFIC_MAX_MS = 120_000;

export type Traffic = {
  /** Waits until all requests are answered. Throws the first failure. */
  stop: () => Promise<void>;
};

/** Sends each of the requests again and again, all of them at the same time. */
export function startTraffic(requests: (() => Promise<unknown>)[]): Traffic {
  const deadline = performance.now() + TRAFFIC_MAX_MS;
  let stopped = false;
  const all = Promise.all(
    requests.map(async (send) => {
      while (!stopped && performance.now() < deadline) await send();
    }),
  );
  // `stop` reports it.
  all.catch(() => {});
  return {
    stop: async () => {
      stopped = true;
      await all;
    },
  };
}
