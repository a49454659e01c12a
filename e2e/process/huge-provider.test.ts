import { expect, test } from "vitest";
import { runHugeProvider, violationsOf } from "#e2e/load/huge-provider.ts";

test("a slow provider that sends huge images to one account neither fails other callers nor loses what was paid", async () => {
  const report = await runHugeProvider({ images: 20, bytes: 30_000_000, delayMs: 1_000, idempotent: true });
  expect(violationsOf(report), JSON.stringify(report)).toEqual([]);
  // Images arrived, and others were too many.
  expect(report.whole).toBeGreaterThan(0);
  expect(report.statuses["429"]).toBeGreaterThan(0);
}, 120_000);
