import { startDashboard } from "#e2e/support/start-dashboard.ts";
import { expect } from "#e2e/support/user.ts";
import { test } from "#e2e/support/with-database.ts";

const PROVIDER = { GITHUB_ID: "an id", GITHUB_SECRET: "a secret" };

for (const { SIGN_UP, form, link } of [
  { SIGN_UP: "closed", form: false, link: false },
  { SIGN_UP: "providers", form: false, link: true },
  { SIGN_UP: "open", form: true, link: true },
])
  test(`SIGN_UP=${SIGN_UP} shows only the sign-up methods that it allows`, async ({ openBrowser }) => {
    const server = await startDashboard({ SIGN_UP, ...PROVIDER });
    try {
      const page = await openBrowser({ baseURL: server.url });
      await page.goto("/sign-in");
      await expect(page.getByRole("button", { name: "Continue with GitHub" })).toBeVisible();
      await expect(page.getByRole("link", { name: "Sign up" })).toHaveCount(link ? 1 : 0);
      await page.goto("/sign-up");
      await expect(page.getByRole("button", { name: "Create account" })).toHaveCount(form ? 1 : 0);
      await expect(page.getByRole("button", { name: "Continue with GitHub" })).toHaveCount(link ? 1 : 0);
      await expect(page.getByText("Sign-up is closed.")).toHaveCount(SIGN_UP === "closed" ? 1 : 0);
    } finally {
      await server.end("SIGTERM");
    }
  });
