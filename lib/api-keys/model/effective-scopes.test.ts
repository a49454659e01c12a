import { expect, test } from "vitest";
import { effectiveScopes } from "#lib/api-keys/model/effective-scopes.ts";

const scope = (name: string, ...implies: string[]) => ({ name, title: name, description: name, implies });
const TABLE = [
  scope("a:read"),
  scope("a:write", "a:read"),
  scope("a:admin", "a:write", "b:read"),
  scope("b:read"),
  scope("c:read"),
];

test.each([
  ["nothing", [], []],
  ["itself alone", ["a:read"], ["a:read"]],
  ["what is implied, over several steps", ["a:admin"], ["a:admin", "a:write", "b:read", "a:read"]],
  ["each once", ["a:write", "a:read", "a:write"], ["a:write", "a:read"]],
  ["a name that the table lost", ["gone:read", "a:write"], ["gone:read", "a:write", "a:read"]],
])("permissions give %s", (_, granted, names) => expect(effectiveScopes(granted, TABLE)).toEqual(names));
