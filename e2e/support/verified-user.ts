import { expect, type Page } from "playwright/test";
import { linkIn } from "#e2e/support/mail-server.ts";
import { signUp, type User } from "#e2e/support/user.ts";
import type { MailingServer } from "#e2e/support/with-mail.ts";

/** Signs a user up whose address is verified. */
export async function signUpVerified(page: Page, { mail }: MailingServer, user: User): Promise<void> {
  await signUp(page, user);
  await page.goto(linkIn(await mail.mailTo(user.email, "Verify your email address")));
  await page.getByRole("button", { name: "Verify email address" }).click();
  await page.getByRole("link", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: "Developer Settings" })).toBeVisible();
}
