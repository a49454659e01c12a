import { expect, test } from "vitest";
import { collectGarbage } from "#lib/server/collect-garbage.ts";

test("what nothing uses any more is collected at once", () => {
  const used = () => process.memoryUsage().heapUsed;
  collectGarbage();
  const before = used();
  const rows = Array.from({ length: 1_000_000 }, (_, i) => ({ i }));
  const added = used() - before;
  rows.length = 0;
  expect(used() - before).toBeGreaterThan(added / 2);
  collectGarbage();
  expect(used() - before).toBeLessThan(added / 2);
});
