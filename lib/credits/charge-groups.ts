import { type Charge, type ChargeRow, chargeStatement } from "#lib/credits/charge-statement.ts";
import { type Remaining, type SpendError, toRemaining } from "#lib/credits/spending.ts";
import { type Left, StatementGroups, type Waiting } from "#lib/credits/statement-groups.ts";
import { chargeWholeAccounts, plainArray } from "#lib/credits/whole-charges.ts";
import { pool } from "#lib/database/client.ts";
import { err, ok, type Result } from "#lib/result.ts";
import { lateError, syncClock } from "#lib/unconfirmed-writes/database-clock.ts";

/** `running`: another request holds the idempotency key. */
export type Charged = Result<Remaining, SpendError | "running">;
type WaitingCharge = Waiting<Charge, Charged>;

/** Makes charges and reservations in groups, in the order of arrival for each account. */
export function chargeGroups(): StatementGroups<Charge, Charged> {
  return new StatementGroups({ send, groupsMax: 2, heldMax: 4 });
}

/** The prepared statement of each variant, by name. */
const STATEMENTS = new Map<string, string>();

/** Charges accounts that can pay for everything at once, then decides each charge of the others. */
async function send(group: WaitingCharge[], { wait }: { wait: boolean }): Promise<Left<Charge, Charged>> {
  if (wait || group.some(({ item }) => item.reserved)) return decideEach(group, { wait });
  const capped = new Set(group.filter(({ item }) => item.cap !== null).map(({ item }) => item.userId));
  const paid = await chargeWholeAccounts(group.flatMap(({ item }) => (capped.has(item.userId) ? [] : item)));
  const others = group.filter(({ item }) => !paid.has(item.userId));
  for (const [userId, left] of paid)
    answerPaid(
      group.filter(({ item }) => item.userId === userId),
      left,
    );
  return others.length > 0 ? decideEach(others, { wait }) : { held: [], undecided: [] };
}

/** Answers the charges of one account as if they had been made one after the other. */
function answerPaid(group: WaitingCharge[], left: { credits: number; requests: number }): void {
  let { credits, requests } = left;
  for (const { item, resolve } of group.toReversed()) {
    resolve(ok(toRemaining({ credits, requests }, item.quota)));
    credits += item.credits;
    requests -= 1;
  }
}

async function decideEach(group: WaitingCharge[], { wait }: { wait: boolean }): Promise<Left<Charge, Charged>> {
  const reserve = group.some(({ item }) => item.reserved);
  const capped = group.some(({ item }) => item.cap !== null);
  const name = `charge${wait ? "-wait" : ""}${reserve ? "-reserve" : ""}${capped ? "-capped" : ""}`;
  const text = STATEMENTS.get(name) ?? chargeStatement({ wait, reserve, capped });
  STATEMENTS.set(name, text);
  const column = (key: "id" | "userId" | "apiKeyId" | "credits" | "quota" | "cap" | "deadline") =>
    plainArray(group.map(({ item }) => item[key]));
  const values: unknown[] = [
    column("id"),
    column("userId"),
    column("apiKeyId"),
    column("credits"),
    column("quota"),
    column("deadline"),
  ];
  if (reserve)
    values.push(
      plainArray(group.map(({ item }) => item.reserved?.seconds)),
      group.map(({ item }) => item.reserved?.idempotencyKey?.key),
      group.map(({ item }) => item.reserved?.idempotencyKey?.fingerprint),
    );
  if (capped) values.push(column("cap"));
  const sentAt = Date.now();
  const { rows } = await pool().query<ChargeRow>({ name, text, values });
  if (rows[0]) syncClock(rows[0].clock, sentAt);
  const held: WaitingCharge[] = [];
  const accounts = new Map<string, Account>();
  for (const [i, waiting] of group.entries()) {
    const { userId } = waiting.item;
    const row = rows[i] as ChargeRow;
    if (row.state !== "absent") {
      const account = accounts.get(userId) ?? {
        left: { credits: row.hadCredits ?? 0, requests: row.hadRequests ?? 0 },
        used: new Map(),
        rejected: [],
      };
      accounts.set(userId, account);
      answer(waiting, row, account);
    } else if (wait) waiting.resolve(err("no_credits"));
    else held.push(waiting);
  }
  return { held, undecided: [...accounts.values()].flatMap(answerRejected) };
}

type Account = {
  left: { credits: number; requests: number };
  /** The credits that each key with a cap used this month. */
  used: Map<string, number>;
  rejected: WaitingCharge[];
};

function answer(waiting: WaitingCharge, row: ChargeRow, { left, used, rejected }: Account): void {
  const { item, resolve, reject } = waiting;
  const usedByKey = used.get(item.apiKeyId) ?? row.hadUsed ?? 0;
  used.set(item.apiKeyId, usedByKey);
  if (row.state === "charged") {
    left.credits -= item.credits;
    left.requests += 1;
    used.set(item.apiKeyId, usedByKey + item.credits);
    resolve(ok(toRemaining(left, item.quota)));
  } else if (row.state === "rejected") rejected.push(waiting);
  else if (row.state === "claimed") resolve(err("running"));
  else if (row.state === "existing") reject(new Error("the charge was canceled before it was made"));
  else reject(lateError());
}

/**
 * Answers the rejected charges. Returns those that the statement didn't decide: they came after one
 * that didn't fit, but may fit themselves.
 */
function answerRejected({ left, used, rejected }: Account): WaitingCharge[] {
  return rejected.filter(({ item, resolve }) => {
    if (left.credits < item.credits) resolve(err("no_credits"));
    else if (item.quota !== null && left.requests >= item.quota) resolve(err("quota_exceeded"));
    else if (item.cap !== null && (used.get(item.apiKeyId) ?? 0) + item.credits > item.cap)
      resolve(err("key_cap_exceeded"));
    else return true;
    return false;
  });
}
