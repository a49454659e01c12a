import { expect, test } from "vitest";
import { scopeTable } from "#components/docs/scope-table.ts";
import { writeScopes } from "#e2e/support/scopes-file.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { loadScopes } from "#lib/config/scopes-file.ts";

test("the table has the permissions of SCOPES_FILE, and what each includes", async () => {
  const { directory, remove } = await temporaryDirectory();
  try {
    expect(scopeTable(loadScopes(await writeScopes(directory))).split("\n")).toEqual([
      "| Permission | Name | Allows | Includes |",
      "| --- | --- | --- | --- |",
      "| Generate images | `images:write` | Each image costs credits. | – |",
      "| Read reports | `reports:read` | List and download reports. | – |",
      "| Write reports | `reports:write` | Create, change and delete reports. | Read reports |",
      "| Call tools | `tools:call` | List and call the tools of the MCP server. | – |",
    ]);
  } finally {
    await remove();
  }
});

test("the operator's words are shown as text, even if they look like Markdown", () => {
  const scope = { name: "a:b", title: "<b>A</b> | *B*", description: "[x](javascript:alert(1))\nand `y`", implies: [] };
  expect(scopeTable([scope]).split("\n").at(-1)).toBe(
    "| \\<b\\>A\\</b\\> \\| \\*B\\* | `a:b` | \\[x\\](javascript:alert(1)) and \\`y\\` | – |",
  );
});
