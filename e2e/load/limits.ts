import { setTimeout as sleep } from "node:timers/promises";
import { LIMITED } from "#e2e/process/api-processes.ts";

const WINDOW_MS = 60_000;
const PATIENCE_MS = 20_000;

type Answer = { accountId: string; passed: boolean; start: number; end: number };

/** Records the answers to accounts with a limit, and when Redis was away. */
export class LimitHistory {
  readonly #instances: number;
  readonly #accounts: number;
  readonly #began = performance.now();
  readonly #answers: Answer[] = [];
  readonly #away: { from: number; to: number; most: number }[] = [];

  constructor(instances: number, accounts: number) {
    this.#instances = instances;
    this.#accounts = accounts;
  }

  note(answer: Answer): void {
    this.#answers.push(answer);
  }

  /**
   * Waits, while Redis is away, until the accounts have sent twice as many requests as may pass.
   */
  async whileAway(): Promise<void> {
    const from = performance.now();
    const already = this.#answers.length;
    // A window from an earlier loss of Redis may end in the middle.
    const most = LIMITED * this.#instances * (from - this.#began > WINDOW_MS - PATIENCE_MS ? 2 : 1);
    const enough = already + 2 * this.#accounts * most;
    while (this.#answers.length < enough && performance.now() < from + PATIENCE_MS) await sleep(20);
    this.#away.push({ from, to: performance.now(), most });
  }

  /**
   * Returns the broken bounds, each in a sentence. While Redis is away, N instances accept N times
   * the limit. In all, each place that counts accepts the limit once a window: Redis, which starts
   * again at each loss, and each instance, which starts again at each restart.
   */
  violations(lostCounts: number, restarts: number): string[] {
    const sentences: string[] = [];
    const windows = Math.ceil((performance.now() - this.#began) / WINDOW_MS);
    const inAll = LIMITED * (windows * (1 + this.#instances) + lostCounts + restarts);
    for (const [accountId, answers] of Map.groupBy(this.#answers, ({ accountId }) => accountId)) {
      const passed = answers.filter(({ passed }) => passed);
      if (passed.length > inAll)
        sentences.push(`${accountId} got ${passed.length} requests through, more than ${inAll}`);
      for (const { from, to, most } of this.#away) {
        const { length } = passed.filter(({ start, end }) => start > from && end < to);
        if (length > most)
          sentences.push(`${accountId} got ${length} requests through while Redis was away, more than ${most}`);
      }
    }
    return sentences;
  }

  /** The number of requests that were rejected while Redis was away. */
  get limitedAlone(): number {
    const rejected = this.#answers.filter(({ passed }) => !passed);
    return rejected.filter((answer) => this.#away.some(({ from, to }) => answer.start > from && answer.end < to))
      .length;
  }
}
