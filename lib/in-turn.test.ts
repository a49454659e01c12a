import { expect, test } from "vitest";
import { inTurn } from "#lib/in-turn.ts";

test("one that fails leaves out no other, and its error is told", async () => {
  const done: number[] = [];
  const works = [1, 2, 3].map((n) => async () => {
    if (n === 2) throw new Error("the second");
    done.push(n);
  });
  await expect(inTurn(...works)).rejects.toThrow("the second");
  expect(done).toEqual([1, 3]);
});
