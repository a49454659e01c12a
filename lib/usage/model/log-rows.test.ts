import { expect, test } from "vitest";
import { groupRuns, LOGS_PAGE, type LoggedRequest, mergeLogs } from "#lib/usage/model/log-rows.ts";

const row = (second: number, change: Partial<LoggedRequest> = {}): LoggedRequest => ({
  requestId: String(second).padStart(4, "0"),
  reason: "revoked",
  status: 401,
  route: "/",
  addressPrefix: "",
  userAgent: "",
  createdAt: new Date(second * 1_000),
  apiKeyId: "k1",
  keyName: "Production App",
  keyExpiresAt: null,
  keyRevokedAt: null,
  keyDeletedAt: null,
  ...change,
});
const ids = (rows: LoggedRequest[]) => rows.map(({ requestId }) => Number(requestId));

test("only requests that follow each other and differ in nothing but time are a run", () => {
  const rows = [row(9), row(8), row(7, { status: 429 }), row(6), row(5, { apiKeyId: "k2" }), row(4, { route: "/a" })];
  expect(groupRuns(rows).map(ids)).toEqual([[9, 8], [7], [6], [5], [4]]);
  expect(groupRuns([])).toEqual([]);
});

test("a poll adds each request once, in order, and the oldest leave a full page", () => {
  const known = [row(30), row(20), row(10)];
  expect(ids(mergeLogs(known, [row(40), row(30), row(25)]))).toEqual([40, 30, 25, 20, 10]);
  const full = Array.from({ length: LOGS_PAGE }, (_, i) => row(1_000 - i));
  expect(ids(mergeLogs(full, [row(1_001), row(1_002)]))).toEqual([1_002, 1_001, ...ids(full.slice(0, -2))]);
});
