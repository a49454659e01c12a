import type { UserId } from "#lib/accounts/model/user-id.ts";
import { wasRolledBack } from "#lib/database/unavailable.ts";

/** What is asked for an account's credits. */
type Asked = {
  /** No two in one statement have the same. */
  id: string;
  userId: UserId;
  /** How much of a group it fills; 1 unless it is large. */
  weight?: number;
};

export type Waiting<Item, Answer> = {
  item: Item;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
};

/** What a statement leaves unanswered. */
export type Left<Item, Answer> = {
  /** Another transaction holds a row of these, or the row doesn't exist: sent by account, with `wait`. */
  held: Waiting<Item, Answer>[];
  /** Nothing was decided about these: sent again before anything that came later. */
  undecided: Waiting<Item, Answer>[];
};

type Options<Item, Answer> = {
  /**
   * Sends a group as one statement and answers its members. `wait: false` must leave rows that other transactions hold; `wait: true`
   * must leave nothing as `held`. Throws only if the statement failed as a whole.
   */
  send: (group: Waiting<Item, Answer>[], options: { wait: boolean }) => Promise<Left<Item, Answer>>;
  /** More in flight would be smaller groups, and a statement costs the database more than its members. */
  groupsMax: number;
  /** Accounts whose row another transaction holds are waited for one by one, beside the groups. */
  heldMax: number;
};

const GROUP_WEIGHT_MAX = 500;

/**
 * Collects what waits for the database and sends it in one statement, each account's in the order of arrival. No member fails or
 * delays another: what a group can't decide is sent again, by account, and at last alone.
 */
export class StatementGroups<Item extends Asked, Answer> {
  readonly #options: Options<Item, Answer>;
  #waiting: Waiting<Item, Answer>[] = [];
  /** Accounts with a statement in flight. Their next items wait for it, so that the order of arrival holds. */
  readonly #busy = new Set<string>();
  /** Groups of one account each that wait for its row: the account was skipped, or a group failed and its members are sent alone. */
  readonly #held = new Map<string, Waiting<Item, Answer>[][]>();
  #groups = 0;
  #accounts = 0;
  #isPlanned = false;

  constructor(options: Options<Item, Answer>) {
    this.#options = options;
  }

  /** @throws what `isUnavailable` knows if the database can't answer in time. */
  ask(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#plan();
    });
  }

  /** Collects what the requests of this turn of the event loop ask for. */
  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.#sendNext();
    });
  }

  /** Called as soon as a statement is done, so that the database works while the answers of that one are written. */
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
      // One of them is refused for what it is, and all were rolled back: it shows alone.
      if (group.length > 1 && wasRolledBack(error)) this.#hold(group, { alone: true });
      else for (const { reject } of group) reject(error);
    }
  }
}
