import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BUILT_IN_SCOPES } from "#lib/config/scopes.ts";
import { loadScopes, ScopesError } from "#lib/config/scopes-file.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), "goodtake-scopes-"));
});
afterAll(() => rm(directory, { recursive: true }));

const scope = (name: string, ...implies: string[]) => ({ name, title: "Title", description: "Text.", implies });

async function fileWith(content: unknown): Promise<string> {
  const file = path.join(directory, `${crypto.randomUUID()}.json`);
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
  return file;
}

describe("SCOPES_FILE", () => {
  test("adds to the built-in permissions, which are all without a file", async () => {
    expect(loadScopes(undefined)).toBe(BUILT_IN_SCOPES);
    const { implies, ...plain } = scope("videos:write");
    expect(loadScopes(await fileWith([plain]))).toEqual([...BUILT_IN_SCOPES, { ...plain, implies }]);
    expect(loadScopes(await fileWith([]))).toEqual(BUILT_IN_SCOPES);
  });

  test("replaces a built-in permission of the same name in its place", async () => {
    const own = scope("images:write", "images:read");
    expect(loadScopes(await fileWith([scope("images:read"), own]))).toEqual([own, scope("images:read")]);
  });

  test("may imply one permission in two ways, a built-in one, and one that stands below", async () => {
    const list = [scope("a:all", "a:x", "a:y"), scope("a:x", "images:write"), scope("a:y", "images:write")];
    expect(loadScopes(await fileWith(list))).toEqual([...BUILT_IN_SCOPES, ...list]);
  });

  test("has at most 100 entries", async () => {
    const list = Array.from({ length: 100 }, (_, i) => scope(`a:x${i}`));
    expect(loadScopes(await fileWith(list))).toHaveLength(101);
    const tooMany = await fileWith([...list, scope("a:y")]);
    expect(() => loadScopes(tooMany)).toThrow(`SCOPES_FILE ${tooMany}: it has more than 100 permissions.`);
  });

  test.each([
    ["no JSON", "{", /is not JSON/],
    ["an object", {}, /: it must be a list\.$/],
    ["a bad name", [scope("a:b"), scope("Images:write")], /at 1\.name: a permission's name must look like/],
    ["a name without a colon", [scope("images")], /at 0\.name: a permission's name must look like/],
    ["a name of 65 characters", [scope(`a:${"b".repeat(63)}`)], /at 0\.name: .* at most 64 characters\.$/],
    ["no title", [{ ...scope("a:b"), title: " " }], /at 0\.title: /],
    ["an unknown field", [{ ...scope("a:b"), needs: [] }], /at 0: .*needs/],
    ["a name twice", [scope("a:b"), scope("c:d"), scope("a:b")], /at 2\.name: "a:b" is already defined at 0\.$/],
    [
      "an unknown implied name",
      [scope("a:b", "images:write", "x:y")],
      /at 0\.implies\.1: there is no permission "x:y"/,
    ],
    ["itself implied", [scope("a:b", "a:b")], /at 0\.implies: "a:b" implies itself: a:b → a:b\.$/],
    [
      "a cycle",
      [scope("a:b"), scope("c:d", "a:b", "e:f"), scope("e:f", "images:write"), scope("images:write", "c:d")],
      /at 1\.implies: "c:d" implies itself: c:d → e:f → images:write → c:d\.$/,
    ],
  ])("with %s is rejected with one sentence that names the place", async (_, content, sentence) => {
    const file = await fileWith(content);
    expect(() => loadScopes(file)).toThrow(ScopesError);
    expect(() => loadScopes(file)).toThrow(sentence);
    expect(() => loadScopes(file)).toThrow(`SCOPES_FILE ${file}`);
  });

  test("that can't be read is named", () => {
    expect(() => loadScopes("/nowhere/scopes.json")).toThrow("SCOPES_FILE /nowhere/scopes.json can't be read.");
  });
});
