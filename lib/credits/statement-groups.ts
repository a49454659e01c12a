import type { UserId } from "#lib/accounts/model/user-id.ts";
import { wasRolledBack } from "#lib/database/unavailable.ts";

/** One operation on an account's credits. */
type Asked = {
  /** Unique within a statement. */
  id: string;
  userId: UserId;
  /** Its share of {@link GROUP_WEIGHT_MAX}; 1 unless it is large. */
  weight?: number;
};

export type Waiting<Item, Answer> = {
  item: Item;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
};

/** The members of a group that a statement didn't answer. */
export type Left<Item, Answer> = {
  /**
   * Another transaction holds their row, or the row doesn't exist. They are sent again by account,
   * with `wait`.
   */
  held: Waiting<Item, Answer>[];
  /** Undecided. They are sent again before anything that arrived later. */
  undecided: Waiting<Item, Answer>[];
};

type Options<Item, Answer> = {
  /**
   * Sends a group as one statement and answers its members. `wait: false` must skip rows that other
   * transactions hold; `wait: true` must return nothing as `held`. Throws only if the whole
   * statement failed.
   */
  send: (group: Waiting<Item, Answer>[], options: { wait: boolean }) => Promise<Left<Item, Answer>>;
  /**
   * Groups in flight. More of them would be smaller, and a statement costs the database more than
   * its members do.
   */
  groupsMax: number;
  /** Accounts in flight whose row another transaction holds. Each has a statement of its own. */
  heldMax: number;
};

const GROUP_WEIGHT_MAX = 500;

/**
 * Collects operations that wait for the database and sends them in one statement, in the order of
 * arrival for each account. No member fails or delays another: members that a group can't decide
 * are sent again, first by account, then alone.
 */
export class StatementGroups<Item extends Asked, Answer> {
  readonly #options: Options<Item, Answer>;
  #waiting: Waiting<Item, Answer>[] = [];
  /**
   * Accounts with a statement in flight. Their next operations wait for it, which keeps the order
   * of arrival.
   */
  readonly #busy = new Set<string>();
  /**
   * Groups of a single account that wait for its row, because the account was skipped, or because a
   * group failed and its members are sent one by one.
   */
  readonly #held = new Map<string, Waiting<Item, Answer>[][]>();
  #groups = 0;
  #accounts = 0;
  #isPlanned = false;

  constructor(options: Options<Item, Answer>) {
    this.#options = options;
  }

  /**
   * @throws an error that {@link isUnavailable} recognizes if the database can't answer in time.
   */
  ask(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#plan();
    });
  }

  /** Waits for the other requests of this turn of the event loop. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.#sendNext();
    });
  }

  /**
   * Runs as soon as a statement ends, so that the database works while its answers are processed.
   */
  #sendNext(): void {
    while (this.#groups < this.#options.groupsMax && this.#sendGroup());
    while (this.#accounts < this.#options.heldMax && this.#sendAccount());
  }

  #sendGroup(): boolean {
    const group: Waiting<Item, Answer>[] = [];
    const rest: Waiting<Item, Answer>[] = [];
    const ids = new Set<string>();
    let weight = 0;
    for (const each of this.#waiting) {
      const { id, userId } = each.item;
      if (this.#busy.has(userId) || weight >= GROUP_WEIGHT_MAX || ids.has(id)) rest.push(each);
      else {
        group.push(each);
        ids.add(id);
        weight += each.item.weight ?? 1;
      }
    }
    if (group.length === 0) return false;
    this.#waiting = rest;
    const accounts = new Set(group.map(({ item }) => item.userId));
    for (const userId of accounts) this.#busy.add(userId);
    this.#groups += 1;
    void this.#send(group, { wait: false }).finally(() => {
      this.#groups -= 1;
      for (const userId of accounts) if (!this.#held.has(userId)) this.#busy.delete(userId);
      this.#sendNext();
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
    void this.#send(group, { wait: true }).finally(() => {
      this.#accounts -= 1;
      const left = [...(this.#held.get(userId) ?? []), ...rest];
      if (left.length > 0) this.#held.set(userId, left);
      else this.#busy.delete(userId);
      this.#sendNext();
    });
    return true;
  }

  #hold(items: Waiting<Item, Answer>[], { alone }: { alone: boolean }): void {
    for (const [userId, all] of Map.groupBy(items, ({ item }) => item.userId))
      this.#held.set(userId, alone ? all.map((each) => [each]) : [all]);
  }

  async #send(group: Waiting<Item, Answer>[], options: { wait: boolean }): Promise<void> {
    try {
      const { held, undecided } = await this.#options.send(group, options);
      if (held.length > 0) this.#hold(held, { alone: false });
      if (undecided.length > 0) this.#waiting.unshift(...undecided);
    } catch (error) {
      // The database rejected one member's content and rolled back the whole group. Sent alone, the
      // member shows.
      if (group.length > 1 && wasRolledBack(error)) this.#hold(group, { alone: true });
      else for (const { reject } of group) reject(error);
    }
  }
}
