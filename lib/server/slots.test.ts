import { expect, test } from "vitest";
import { Slots } from "#lib/server/slots.ts";

const LIMITS = { total: 3, each: 2, waiting: 2, waitMs: 20 };

/** Takes a slot that is free. */
async function taken(slots: Slots, holder: string): Promise<() => void> {
  const release = await slots.take(holder);
  if (!release) throw new Error(`${holder} got no slot`);
  return release;
}

test("one holder can't take every slot", async () => {
  const slots = new Slots(LIMITS);
  await taken(slots, "ada");
  await taken(slots, "ada");
  expect(await slots.take("ada")).toBeUndefined();
  await taken(slots, "bob");
});

test("a holder at its own limit delays no other, and gets a slot when one of its own is free", async () => {
  const slots = new Slots({ ...LIMITS, waitMs: 60_000 });
  const [first] = [await taken(slots, "ada"), await taken(slots, "ada")];
  const bob = await taken(slots, "bob");
  const order: string[] = [];
  const ada = slots.take("ada").then(() => order.push("ada"));
  const cyd = slots.take("cyd").then(() => order.push("cyd"));
  bob();
  await cyd;
  first();
  await ada;
  expect(order).toEqual(["cyd", "ada"]);
});

test("a slot comes back once, however often it is returned", async () => {
  const slots = new Slots(LIMITS);
  const release = await taken(slots, "ada");
  release();
  release();
  for (const holder of ["a", "b", "c"]) await taken(slots, holder);
  expect(await slots.take("d")).toBeUndefined();
});

test("where as many wait as may, one more is rejected at once; those that waited too long are gone from the queue", async () => {
  const slots = new Slots({ ...LIMITS, total: 1 });
  await taken(slots, "ada");
  const waiting = [slots.take("bob"), slots.take("cyd")];
  expect(await slots.take("dan")).toBeUndefined();
  expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
  // The queue has room again.
  const next = slots.take("dan");
  const another = slots.take("eve");
  expect(await Promise.all([next, another])).toEqual([undefined, undefined]);
});

test("of one holder only some may wait, and one more is rejected at once", async () => {
  const slots = new Slots({ ...LIMITS, each: 1, waiting: 9, waitingEach: 1, waitMs: 60_000 });
  const release = await taken(slots, "ada");
  const waiting = slots.take("ada");
  expect(await slots.take("ada")).toBeUndefined();
  release();
  expect(await waiting).toBeTypeOf("function");
});
