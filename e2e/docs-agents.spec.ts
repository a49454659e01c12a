import { expect, test } from "playwright/test";

test("search leads to the MCP server's configuration", async ({ page }) => {
  await page.goto("/docs/search?q=mcp+server+gateway");
  await page.getByRole("link", { name: /^Protect an MCP server/ }).click();
  await expect(page).toHaveURL("/docs/agents#protect-an-mcp-server");
  await expect(page.getByRole("heading", { name: "Protect an MCP server" })).toBeInViewport();
});

test("the settings of an MCP client are valid JSON and contain no key", async ({ page }) => {
  await page.goto("/docs/agents");
  const code = page.getByRole("region", { name: "Give an agent its key" }).locator("pre code");
  await expect(code).toBeVisible();
  const settings = JSON.parse((await code.textContent()) ?? "");
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the client puts the variable there
  const headers = { Authorization: "Bearer ${GOODTAKE_API_KEY}" };
  expect(settings.mcpServers.reports).toEqual({ type: "http", url: "https://api.example.com/mcp", headers });
});
