import type { RenewalAnswer } from "#lib/api-keys/key-cache-queries.ts";
import { LEASE_MS, MARGIN_MS } from "#lib/api-keys/lease.ts";
import { log } from "#lib/log.ts";

/** The lease is renewed this often while requests come, so that no request waits for it. */
const RENEWAL_MS = 80;

/**
 * The instant of a query by the monotonic clock, which stops while a machine sleeps, and by the
 * wall clock.
 */
export type SentAt = { monotonic: number; wall: number };

/**
 * How long the database's last answer is believed: {@link LEASE_MS} from when its query was sent,
 * by both clocks.
 */
export class CacheLease {
  #sentAt = Number.NEGATIVE_INFINITY;
  #sentAtWall = 0;
  /** The database's run and clock at the last answer. */
  #life = "";
  #clockMs = 0;

  /** When the query of the last answer was sent: another number for each lease. */
  get sentAt(): number {
    return this.#sentAt;
  }

  isValid(now: number): boolean {
    if (now - this.#sentAt >= LEASE_MS) return false;
    const wall = Date.now() - this.#sentAtWall;
    return wall >= 0 && wall < LEASE_MS;
  }

  isDue(now: number): boolean {
    return !this.isValid(now) || now - this.#sentAt >= RENEWAL_MS;
  }

  end(): void {
    this.#sentAt = Number.NEGATIVE_INFINITY;
  }

  begin(sentAt: SentAt, { life, clockMs }: RenewalAnswer): void {
    this.#sentAt = sentAt.monotonic;
    this.#sentAtWall = sentAt.wall;
    this.#life = life;
    this.#clockMs = clockMs;
  }

  isSameLife(life: string): boolean {
    return life === this.#life;
  }

  /**
   * Whether an answer names every change since the last one: it is from the same run of the server,
   * and no clock stopped.
   */
  continuesWith({ life, clockMs }: RenewalAnswer): boolean {
    if (!this.isSameLife(life)) return false;
    // At least the time between two readings of the database's clock has passed here, unless this
    // machine stood still.
    const stoodStillMs = Math.round(clockMs - this.#clockMs - (performance.now() - this.#sentAt));
    if (stoodStillMs <= MARGIN_MS) return true;
    log().warn({ stoodStillMs }, "the clocks of this machine stood still, or the database's was set");
    return false;
  }
}

/**
 * Returns how long to wait for the next renewal. Counted from the last query, so that a slow answer
 * doesn't delay it.
 */
export function renewalDelayMs(sentAt: number, now: number): number {
  // Timers may end early.
  return Math.max(0, Math.ceil(sentAt + RENEWAL_MS - now) + 1);
}
