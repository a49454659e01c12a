import { readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { percentile } from "#e2e/load/latency.ts";
import { Report } from "#e2e/load/report.ts";
import { dashboardRoutes, findViews, NO_VIEWS } from "#e2e/load/views.ts";

test("a figure meets its target up to the bound itself, before rounding", () => {
  const verdictOf = (value: number, target: { least: number } | { most: number }) => {
    const lines: string[] = [];
    const report = new Report((line) => lines.push(line));
    report.judge("figure", value, target, { unit: "ms" });
    return lines[0]?.split(" ").at(-1);
  };
  expect(verdictOf(0.55, { least: 0.55 })).toBe("met");
  expect(verdictOf(0.5499, { least: 0.55 })).toBe("MISSED");
  expect(verdictOf(15, { most: 15 })).toBe("met");
  expect(verdictOf(15.001, { most: 15 })).toBe("MISSED");
  // Nothing was measured, or a request failed.
  for (const target of [{ least: 1 }, { most: 1 }]) expect(verdictOf(Number.NaN, target)).toBe("MISSED");
  expect(verdictOf(Number.POSITIVE_INFINITY, { most: 15 })).toBe("MISSED");
});

test("the summary names each target that is missed, and says so where none is", () => {
  const report = new Report(() => {});
  report.note("memory", "200 MB");
  report.judge("fast", 1, { least: 0.5 });
  expect(report.summary()).toContain("No target is missed.");
  report.judge("slow", 20, { most: 15 }, { unit: "ms", because: "twice the other" });
  report.fail("pages", new Error("no server"));
  expect(report.summary().split("\n").slice(-3)).toEqual([
    "Missed, 2 of 3 targets:",
    "slow: 20.00 ms, target ≤ 15.00 ms (twice the other)",
    "pages: not measured, no server",
  ]);
});

test("a percentile is a measured value, and infinite for failures", () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentile(values, 99)).toBe(99);
  expect(percentile([...values.slice(2), Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 99)).toBe(
    Number.POSITIVE_INFINITY,
  );
  expect(percentile([], 99)).toBeNaN();
});

test("every page and export of the dashboard is among its routes", () => {
  const files = readdirSync("app", { recursive: true, encoding: "utf8" }).filter((file) =>
    /(^|\/)(page\.tsx|route\.ts)$/.test(file),
  );
  const others = files.filter((file) => NO_VIEWS.some((name) => file.split(path.sep).includes(name)));
  const routes = dashboardRoutes();
  expect(routes).toHaveLength(files.length - others.length);
  expect(routes.filter(({ kind }) => kind === "export").map(({ path }) => path)).toContain("/settings/usage/export");
  const paths = routes.map(({ path }) => path);
  expect(paths).toEqual(expect.arrayContaining(["/", "/sign-in", "/settings/developer", "/settings/developer/[id]"]));
});

test("the views of a page are its links, and a route without a link is an error", async () => {
  const links: Record<string, string> = {
    "/settings/developer": `<a class="x" href="/settings/developer/refusals">r</a> <a href="/settings/developer/k1">k</a>
      <a href="/settings/developer/k2">k</a> <a href="/settings/developer?sort=name&amp;page=2">n</a> <a href="https://example.com/">x</a>`,
    "/settings/usage": `<a href="/settings/usage/2026-11-25/k1">d</a>`,
    "/settings/developer/k1": `<a href="/settings/developer/k1?days=7">7</a>`,
  };
  const views = await findViews(async (path) => links[path]);
  const of = (wanted: string) => [...views].find(([{ path }]) => path === wanted)?.[1];
  expect(of("/settings/developer/[id]")).toEqual(["/settings/developer/k1", "/settings/developer/k1?days=7"]);
  expect(of("/settings/developer")).toContain("/settings/developer?sort=name&page=2");
  expect(of("/settings/usage")).toEqual(["/settings/usage"]);
  await expect(findViews(async () => undefined)).rejects.toThrow("No page links to /settings/developer/[id].");
});
