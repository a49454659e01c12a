import { randomUUIDv7 } from "node:crypto";
import { once } from "node:events";
import { Random } from "#e2e/load/random.ts";
import { asUserId, type UserId } from "#lib/accounts/model/user-id.ts";
import { chargeGroups } from "#lib/credits/charge-groups.ts";
import { grantCredits, refund, settle, sweepReservations } from "#lib/credits/store.ts";
import { connectDatabase, disconnectDatabase } from "#lib/database/client.ts";
import { beginOnce, fingerprint, settleWithAnswer } from "#lib/idempotency/store.ts";
import { cancelCharge } from "#lib/unconfirmed-writes/cancel-charge.ts";

/** What the answers to a process say was paid under one id. */
export type Outcome = { kind: string; userId: UserId; id: string; paid: number; key?: string; answer?: string };

// Spends the credits of accounts in all ways at once, beside other processes, and prints the
// answers: first of the accounts that no transaction holds, then, when its input ends, of the held
// one.
const [url = "", seed = "", ...ids] = process.argv.slice(2);
const [held, ...users] = ids.map(asUserId) as [UserId, ...UserId[]];
const random = new Random(Number(seed));
const groups = chargeGroups();
connectDatabase(url, 20);
const outcomes: Outcome[] = [];
const KEY_ID = randomUUIDv7();
const KEYS = 8;
const OPERATIONS = 300;

const spendingOf = (userId: UserId, credits: number) => ({ userId, apiKeyId: KEY_ID, credits, quota: null, cap: null });
const isTrue = async (work: Promise<unknown>) => (await work.catch(() => false)) === true;
const passes = async (work: Promise<{ ok: boolean }>) => (await work.catch(() => ({ ok: false }))).ok;

const kinds: Record<string, (userId: UserId, id: string, credits: number) => Promise<number>> = {
  charge: async (userId, id, credits) =>
    (await passes(groups.ask({ ...spendingOf(userId, credits), id, deadline: null }))) ? credits : 0,
  late: async (userId, id, credits) =>
    (await passes(groups.ask({ ...spendingOf(userId, credits), id, deadline: 1 }))) ? Number.NaN : 0,
  unreadable: async (userId, id) =>
    (await passes(groups.ask({ ...spendingOf(userId, 2 ** 31), id, deadline: null }))) ? Number.NaN : 0,
  repeated: async (userId, id, credits) => {
    const twice = [0, 1].map(() => passes(groups.ask({ ...spendingOf(userId, credits), id, deadline: null })));
    return credits * (await Promise.all(twice)).filter(Boolean).length;
  },
  takenBack: async (userId, id, credits) => {
    const charged = passes(groups.ask({ ...spendingOf(userId, credits), id, deadline: null }));
    await Promise.all([charged, cancelCharge(id, spendingOf(userId, credits))]);
    return 0;
  },
  takenBackReservation: async (userId, id, credits) => {
    const spending = spendingOf(userId, credits);
    const reserved = passes(groups.ask({ ...spending, id, deadline: null, reserved: { seconds: 60 } }));
    await Promise.all([reserved, cancelCharge(id, spending)]);
    return 0;
  },
  image: async (userId, id, credits) => {
    const asked = groups.ask({ ...spendingOf(userId, credits), id, deadline: null, reserved: { seconds: 60 } });
    if (!(await passes(asked))) return 0;
    const [settled, settledLate, refunded] = await Promise.all([
      isTrue(random.chance(0.7) ? settle(userId, id, { deadline: null }) : Promise.resolve(false)),
      isTrue(settle(userId, id, { deadline: 1 })),
      isTrue(random.chance(0.5) ? refund(userId, id) : Promise.resolve(false)),
    ]);
    if (settledLate || (settled && refunded)) return Number.NaN;
    return settled || (!refunded && (await settle(userId, id))) ? credits : 0;
  },
  abandoned: async (userId, id, credits) => {
    await passes(groups.ask({ ...spendingOf(userId, credits), id, deadline: null, reserved: { seconds: 0 } }));
    await sweepReservations();
    return 0;
  },
};

/** Asks for an image under one of a few idempotency keys that all processes share. */
async function imageOnce(userId: UserId, id: string): Promise<void> {
  const key = `${userId} ${random.below(KEYS)}`;
  const asked = beginOnce({ key, fingerprint: fingerprint("/image", key) }, spendingOf(userId, 1), 60, id);
  // The row is held for too long.
  const begun = await asked.catch(() => ({ ok: false as const }));
  const outcome = { kind: "once", userId, id, paid: 0, key };
  if (!begun.ok) outcomes.push(outcome);
  else if ("answer" in begun.value) outcomes.push({ ...outcome, answer: begun.value.answer });
  else if (random.chance(0.5)) outcomes.push({ ...outcome, paid: (await refund(userId, id)) ? 0 : Number.NaN });
  else outcomes.push({ ...outcome, paid: (await settleWithAnswer(userId, id, id)) ? 1 : Number.NaN, answer: id });
}

async function spend(kind: string, userId: UserId): Promise<void> {
  const id = randomUUIDv7();
  if (kind === "grant") await grantCredits(userId, 3, { actor: "operator", address: null, userAgent: null });
  else if (kind === "once") await imageOnce(userId, id);
  else outcomes.push({ kind, userId, id, paid: (await kinds[kind]?.(userId, id, 1 + random.below(3))) ?? 0 });
}

function print(): void {
  process.stdout.write(`${JSON.stringify(outcomes.splice(0))}\n`);
}

const ofHeld = ["charge", "image", "takenBack", "once"].map((kind) => spend(kind, held));
const all = [...Object.keys(kinds), "charge", "charge", "once", "once", "grant"];
let left = OPERATIONS;
await Promise.all(
  Array.from({ length: 24 }, async () => {
    while (left-- > 0) await spend(random.pick(all), random.pick(users));
  }),
);
print();
await once(process.stdin.resume(), "end");
await Promise.all(ofHeld);
print();
await disconnectDatabase();
