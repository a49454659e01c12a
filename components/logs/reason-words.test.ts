import { expect, test } from "vitest";
import { endWords, exactSecond, nextStep, reasonWords } from "#components/logs/reason-words.ts";
import type { LoggedRequest } from "#lib/usage/model/log-rows.ts";
import { OUTCOMES } from "#lib/usage/model/outcomes.ts";

const AT = new Date("2026-11-04T02:03:09.999Z");
const request = (reason: string, change: Partial<LoggedRequest> = {}): LoggedRequest => ({
  requestId: "0a2f6c1e-7d35-4b0e-9a51-3c5d8e2f4b60",
  reason,
  status: 401,
  route: "/",
  addressPrefix: "",
  userAgent: "",
  createdAt: AT,
  apiKeyId: "k1",
  keyName: "Production App",
  keyExpiresAt: null,
  keyRevokedAt: null,
  keyDeletedAt: null,
  ...change,
});

test("every reason for a failure has words of its own and a next step", () => {
  const failures = OUTCOMES.filter((outcome) => outcome !== "ok");
  expect(new Set(failures.map(reasonWords)).size).toBe(failures.length);
  for (const reason of failures) expect(nextStep(request(reason))?.href, reason).toMatch(/^\/(docs|settings)\//);
  expect(nextStep(request("ok"))).toBeNull();
  expect(nextStep(request("disabled"))).toEqual({ words: "Enable the key", href: "/settings/developer/k1" });
});

test("a reason that only a later version knows is a rejection", () => {
  for (const reason of ["to_come", "constructor"]) expect(reasonWords(reason)).toBe("Rejected");
});

test("a request with a key that had ended says how long before", () => {
  const before = (seconds: number) => new Date(AT.getTime() - seconds * 1_000);
  expect(endWords(request("revoked", { keyRevokedAt: before(59) }))).toBe("Revoked less than a minute earlier");
  expect(endWords(request("expired", { keyExpiresAt: before(3_600) }))).toBe("Expired 1 hour earlier");
  expect(endWords(request("deleted", { keyDeletedAt: before(2.5 * 86_400) }))).toBe("Deleted 2 days earlier");
  for (const other of [request("revoked"), request("rate_limited", { keyRevokedAt: AT }), request("constructor")])
    expect(endWords(other)).toBeNull();
});

test("a time is exact to the second, in UTC", () => {
  expect(exactSecond(AT)).toBe("Nov 4, 02:03:09");
});
