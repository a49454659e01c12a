import { hash } from "node:crypto";
import { expect, newUser } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";
import { codeRuns } from "#e2e/support/without-code.ts";
import { narrowestNetwork } from "#lib/accounts/networks.ts";
import { database } from "#lib/database/client.ts";

test("a throttled form counts down in its button, until another address is typed", async ({ page, address }) => {
  const { email } = newUser();
  const scope = `sign-in to ${hash("sha256", email, "base64url")} from ${narrowestNetwork(address)}`;
  await database().throttle.create({
    data: { scope, attempts: 10, blockedUntil: new Date(Date.now() + 80_000), updatedAt: new Date() },
    select: { scope: true },
  });
  let sent = 0;
  page.on("request", (request) => {
    if (request.method() === "POST") sent += 1;
  });
  await page.goto("/sign-in");
  await codeRuns(page);
  const [name, password] = [page.getByLabel("Email"), page.getByLabel("Password")];
  const button = page.getByRole("button", { name: /^(Sign in|Try again)/ });
  await name.fill(email);
  await password.fill("a guess");
  await button.press("Enter");
  await expect(button).toHaveText(/^Try again in \d+ seconds$/);
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toBeFocused();
  const shown = new Set<string | null>();
  await expect.poll(async () => shown.add(await button.textContent()).size).toBeGreaterThan(1);
  await button.press("Enter");
  await password.press("Enter");
  await name.fill(newUser().email);
  await expect(button).toHaveText("Sign in");
  expect(sent).toBe(1);
  await password.fill("a guess");
  await button.click();
  await expect(page.getByRole("alert").filter({ hasText: "is wrong" })).toBeVisible();
});
