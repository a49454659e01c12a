import { expect, test } from "vitest";
import { programName } from "#lib/usage/model/program-name.ts";

const CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

test.for([
  ["curl/8.5.0", "curl 8.5"],
  ["python-requests/2.32.3", "Python Requests 2.32"],
  ["Python/3.13 aiohttp/3.12.15", "Python aiohttp 3.12"],
  ["Go-http-client/2.0", "Go"],
  ["node", "Node.js"],
  ["PostmanRuntime/7.43.0", "Postman 7.43"],
  ["Wget/1.21.4 (linux-gnu)", "Wget 1.21"],
  [CHROME, "Chrome on Linux"],
  ["nightly/2.1", "nightly/2.1"],
  ["constructor/1.0", "constructor/1.0"],
  ["<script>", "<script>"],
  ["", "Unknown program"],
] as const)("%s is named %s", ([userAgent, name]) => {
  expect(programName(userAgent)).toBe(name);
});

test("a browser that asks about its own key is this dashboard; other programs and routes are not", () => {
  expect(programName(CHROME, "/api/v1/key")).toBe("This dashboard, Chrome on Linux");
  expect(programName(CHROME, "/api/v1/auth")).toBe("Chrome on Linux");
  expect(programName("curl/8.5.0", "/api/v1/key")).toBe("curl 8.5");
});
