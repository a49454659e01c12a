import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readProfile } from "#lib/auth/provider-profile.ts";
import { readGitHubProfile } from "#lib/auth/providers.ts";

const PUBLIC = { email: "public@example.com", primary: false, verified: true };
let emails: object[] = [];
const github = createServer(({ url }, response) => {
  response.end(JSON.stringify(url === "/user" ? { login: "ada", email: PUBLIC.email } : emails));
});
let address: string;
beforeAll(async () => {
  await once(github.listen(0, "127.0.0.1"), "listening");
  address = `http://127.0.0.1:${(github.address() as AddressInfo).port}`;
});
afterAll(() => void github.close());

test.each([
  ["counts as verified", true, { email: "ada@example.com", isVerified: true }],
  ["isn't taken unless it is verified", false, { email: null, isVerified: false }],
])("GitHub's primary address %s", async (_, verified, read) => {
  emails = [PUBLIC, { email: "ada@example.com", primary: true, verified }];
  const profile = await readGitHubProfile({ tokens: { access_token: "token" } }, address);
  expect(readProfile(profile)).toEqual({ name: "ada", ...read });
});
