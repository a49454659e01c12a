import { type Charge, type ChargeRow, chargeStatement } from "#lib/credits/charge-statement.ts";
import { type Remaining, type SpendError, type Spending, toRemaining } from "#lib/credits/spending.ts";
import { pool } from "#lib/database/client.ts";
import { hearClock, refuseLate, statementDeadline } from "#lib/database/clock.ts";
import { wasRolledBack } from "#lib/database/unavailable.ts";
import { err, ok, type Result } from "#lib/result.ts";

/** More in flight would be smaller groups, and each statement costs the database more than its charges. */
const GROUPS_IN_FLIGHT_MAX = 2;
const GROUP_CHARGES_MAX = 500;
/** Accounts whose row another transaction holds are waited for one by one, beside the groups. */
const HELD_ACCOUNTS_IN_FLIGHT_MAX = 4;

const GROUP = { name: "charge-group", text: chargeStatement({ wait: false }) };
const ACCOUNT = { name: "charge-account", text: chargeStatement({ wait: true }) };

type Charged = Result<Remaining, SpendError>;
type Waiting = { charge: Charge; resolve: (charged: Charged) => void; reject: (error: unknown) => void };

/**
 * Collects the charges that wait for the database and makes them in one statement, each account's in the order of arrival. None
 * fails or delays another: what a group can't decide is sent again, by account, and at last alone.
 */
export class ChargeGroups {
  #waiting: Waiting[] = [];
  /** Accounts with a statement in flight. Their next charges wait for it, so that the order of arrival holds. */
  readonly #busy = new Set<string>();
  /** Groups of one account each that wait for its row: the account was skipped, or a group failed and its charges are sent alone. */
  readonly #held = new Map<string, Waiting[][]>();
  #groups = 0;
  #accounts = 0;
  #isPlanned = false;

  /** Spends for good. @throws what `isUnavailable` knows if it can't be made in time, and if `id` was taken back before. */
  charge({ userId, apiKeyId, credits, quota }: Spending, id: string): Promise<Charged> {
    return new Promise((resolve, reject) => {
      const charge = { id, userId, apiKeyId, credits, quota, deadline: statementDeadline() };
      this.#waiting.push({ charge, resolve, reject });
      this.#plan();
    });
  }

  /** Collects what the requests of this turn of the event loop ask for. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      while (this.#groups < GROUPS_IN_FLIGHT_MAX && this.#sendGroup());
      while (this.#accounts < HELD_ACCOUNTS_IN_FLIGHT_MAX && this.#sendAccount());
    });
  }

  #sendGroup(): boolean {
    const group: Waiting[] = [];
    const rest: Waiting[] = [];
    for (const each of this.#waiting)
      (this.#busy.has(each.charge.userId) || group.length >= GROUP_CHARGES_MAX ? rest : group).push(each);
    if (group.length === 0) return false;
    this.#waiting = rest;
    const accounts = Map.groupBy(group, ({ charge }) => charge.userId);
    for (const userId of accounts.keys()) this.#busy.add(userId);
    this.#groups += 1;
    void this.#send(GROUP, group).finally(() => {
      this.#groups -= 1;
      for (const userId of accounts.keys()) if (!this.#held.has(userId)) this.#busy.delete(userId);
      this.#plan();
    });
    return true;
  }

  #sendAccount(): boolean {
    const [next] = this.#held;
    if (!next) return false;
    const [userId, groups] = next;
    this.#held.delete(userId);
    const [group = [], ...rest] = groups;
    this.#accounts += 1;
    void this.#send(ACCOUNT, group).finally(() => {
      this.#accounts -= 1;
      const left = [...(this.#held.get(userId) ?? []), ...rest];
      if (left.length > 0) this.#held.set(userId, left);
      else this.#busy.delete(userId);
      this.#plan();
    });
    return true;
  }

  #hold(charges: Waiting[], { alone }: { alone: boolean }): void {
    for (const [userId, all] of Map.groupBy(charges, ({ charge }) => charge.userId))
      this.#held.set(userId, alone ? all.map((each) => [each]) : [all]);
  }

  async #send(statement: typeof GROUP, group: Waiting[]): Promise<void> {
    const charges = group.map(({ charge }) => charge);
    const column = <K extends keyof Charge>(name: K) => charges.map((charge) => charge[name]);
    const values = [
      column("id"),
      column("userId"),
      column("apiKeyId"),
      column("credits"),
      column("quota"),
      column("deadline"),
    ];
    const sentAt = Date.now();
    try {
      const { rows } = await pool().query<ChargeRow>({ ...statement, values });
      if (rows[0]) hearClock(rows[0].clock, sentAt);
      const decided = group.map((waiting, i) => ({ waiting, row: rows[i] as ChargeRow }));
      const absent = decided.filter(({ row }) => row.state === "absent").map(({ waiting }) => waiting);
      if (statement === GROUP) this.#hold(absent, { alone: false });
      else for (const { resolve } of absent) resolve(err("no_credits"));
      const undecided = [...Map.groupBy(decided, ({ waiting }) => waiting.charge.userId).values()].flatMap(answer);
      this.#waiting.unshift(...undecided);
    } catch (error) {
      // One of them is refused for what it is, and all were rolled back: it shows alone.
      if (group.length > 1 && wasRolledBack(error)) this.#hold(group, { alone: true });
      else for (const { reject } of group) reject(error);
    }
  }
}

/** Answers the charges of one account, in their order; returns those that nothing was decided about. */
function answer(decided: { waiting: Waiting; row: ChargeRow }[]): Waiting[] {
  const { hadCredits, hadRequests } = (decided[0] as (typeof decided)[number]).row;
  const left = { credits: hadCredits ?? 0, requests: hadRequests ?? 0 };
  const rejected: Waiting[] = [];
  for (const { waiting, row } of decided) {
    const { charge, resolve, reject } = waiting;
    if (row.state === "charged") {
      left.credits -= charge.credits;
      left.requests += 1;
      resolve(ok(toRemaining(left, charge.quota)));
    } else if (row.state === "rejected") rejected.push(waiting);
    else if (row.state === "existing") reject(new Error("the charge was taken back before it was made"));
    else if (row.state === "late") reject(lateness(row.clock, charge.deadline));
  }
  return rejected.filter(({ charge, resolve }) => {
    if (left.credits < charge.credits) resolve(err("no_credits"));
    else if (charge.quota !== null && left.requests >= charge.quota) resolve(err("quota_exceeded"));
    // It fits behind one that was too dear.
    else return true;
    return false;
  });
}

function lateness(databaseMs: number, deadline: number | null): unknown {
  try {
    refuseLate(databaseMs, deadline);
  } catch (error) {
    return error;
  }
  return new Error("timeout exceeded before the database began");
}
