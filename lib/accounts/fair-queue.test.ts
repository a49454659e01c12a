import { expect, test } from "vitest";
import { FairQueue } from "#lib/accounts/fair-queue.ts";

/**
 * A queue of four, and the order in which its groups had their turns; a turn that was rejected has
 * a "-" before its name.
 */
function queueOf(...groups: string[]) {
  const queue = new FairQueue(4);
  const turns: string[] = [];
  const join = (group: string) => void queue.wait(group).then((turn) => turns.push(turn ? group : `-${group}`));
  groups.forEach(join);
  const empty = async () => {
    while (queue.next());
    await Promise.resolve();
    return turns;
  };
  return { queue, turns, join, empty };
}

test("groups take turns, in whatever order they came", async () => {
  expect(await queueOf("a", "a", "a", "b").empty()).toEqual(["a", "b", "a", "a"]);
});

test("a full queue rejects the group that fills it, and makes room for another", async () => {
  const { queue, join, empty } = queueOf("a", "a", "a", "a", "a");
  join("b");
  expect(queue.size).toBe(4);
  expect(await empty()).toEqual(["-a", "-a", "a", "b", "a", "a"]);
  expect(queue.size).toBe(0);
});

test("a full queue in which all have the same share rejects the next", async () => {
  const { join, empty } = queueOf("a", "b", "c", "d");
  join("e");
  expect(await empty()).toEqual(["-e", "a", "b", "c", "d"]);
});

test("an empty queue has no turn to give", () => {
  expect(new FairQueue(4).next()).toBe(false);
});
