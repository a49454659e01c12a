import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GITHUB_PATTERN, SCANNER_RULES } from "#components/docs/scanner-rules.ts";
import { temporaryDirectory } from "#e2e/support/start-server.ts";
import { generateSecret } from "#lib/api-keys/secret.ts";

const PLACES: ((key: string) => string)[] = [
  (key) => key,
  (key) => `GOODTAKE_API_KEY=${key}`,
  (key) => `export GOODTAKE_API_KEY="${key}"`,
  (key) => `Authorization: Bearer ${key}`,
  (key) => `X-API-Key: ${key}`,
  (key) => `{"apiKey":"${key}","other":1}`,
  (key) => `const key = '${key}';`,
  (key) => `curl -H "X-API-Key: ${key}" https://api.example.com`,
  (key) => `https://example.com/?key=${key}&page=2`,
  (key) => `https://user:${key}@example.com/`,
  (key) => `<a href="/x/${key}/y">`,
  (key) => `key: ${key} # production`,
  (key) => `- ${key}`,
  (key) => `\t${key}\t`,
  (key) => `(${key})`,
  (key) => `[${key}]`,
  (key) => `${key}.`,
  (key) => `${key},`,
  (key) => `${key};`,
  (key) => `ключ:${key}`,
  (key) => `"${key}\\n"`,
  (key) => `-${key}-`,
  (key) => `@${key}`,
  (key) => `#${key}`,
  (key) => `a|${key}|b`,
  (key) => `\`${key}\``,
];
/** Two keys in each place. */
const TRUE_STRINGS = [...PLACES, ...PLACES].map((place) => place(generateSecret()));

const NEAR_MISSES_OF: ((key: string) => string)[] = [
  (key) => key.slice(0, -1),
  (key) => `${key}x`,
  (key) => `${key}0`,
  (key) => `x${key}`,
  (key) => `9${key}`,
  (key) => `wid${key}`,
  (key) => key.replace("gt_", "GT_"),
  (key) => key.replace("gt_", "Gt_"),
  (key) => key.replace("gt_", "gt-"),
  (key) => key.replace("gt_", "gt"),
  (key) => key.replace("gt_", "gt__"),
  (key) => key.replace("gt_", "gt_ "),
  (key) => key.replace("gt_", "g_"),
  (key) => key.replace("gt_", "t_"),
  (key) => key.replace("gt_", "gh_"),
  (key) => key.replace("gt_", "sk_"),
  (key) => key.replace("gt_", ""),
  (key) => `${key.slice(0, 20)}-${key.slice(21)}`,
  (key) => `${key.slice(0, 20)}_${key.slice(21)}`,
  (key) => `${key.slice(0, 20)} ${key.slice(21)}`,
  (key) => `${key.slice(0, 20)}.${key.slice(21)}`,
  (key) => `${key.slice(0, 20)}é${key.slice(21)}`,
  (key) => `${key.slice(0, 38)}+`,
  (key) => `${key.slice(0, 7)}…${key.slice(-4)}`,
  (key) => key.slice(0, 7),
  () => "gt_your_api_key_here",
  () => "gt_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];
const NEAR_MISSES = [...NEAR_MISSES_OF, ...NEAR_MISSES_OF].map((miss) => miss(generateSecret()));
const LINES = [...TRUE_STRINGS, ...NEAR_MISSES];

test("there are more than 50 true strings and 50 near misses", () => {
  expect(Math.min(TRUE_STRINGS.length, NEAR_MISSES.length)).toBeGreaterThan(50);
});

const isMissing = (...command: [string, ...string[]]) =>
  !process.env.CI && spawnSync(command[0], command.slice(1), { stdio: "ignore" }).status !== 0;

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  folder = await temporaryDirectory();
});
afterAll(() => folder.remove());

const run = promisify(execFile);
const between = (content: string, pattern: RegExp) => pattern.exec(content)?.[1] ?? "";

describe.skipIf(isMissing("go", "version"))("Go's engine finds the keys and nothing else by the pattern of", () => {
  const PROGRAM = `package main
import ("bufio"; "fmt"; "os"; "regexp")
func main() {
  pattern := regexp.MustCompile(os.Args[1])
  for lines := bufio.NewScanner(os.Stdin); lines.Scan(); { fmt.Println(pattern.MatchString(lines.Text())) }
}`;
  const { "Secret format": format, "Before secret": before, "After secret": after } = GITHUB_PATTERN;
  let program: string;
  beforeAll(async () => {
    program = path.join(folder.directory, "match");
    await writeFile(`${program}.go`, PROGRAM);
    const env = { ...process.env, GOCACHE: path.join(tmpdir(), "goodtake-go-cache"), GOFLAGS: "-mod=mod" };
    await run("go", ["build", "-o", program, `${program}.go`], { cwd: folder.directory, env });
  }, 120_000);

  test.each([
    ["gitleaks", between(SCANNER_RULES.gitleaks.text, /^regex = '''(.+)'''$/m)],
    ["trufflehog", between(SCANNER_RULES.trufflehog.text, /^ +key: '(.+)'$/m)],
    ["GitHub", `(?:${before})(${format})(?:${after})`],
  ])("%s", async (_, pattern) => {
    const child = spawn(program, [pattern], { stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(LINES.join("\n"));
    const found = (await text(child.stdout)).trim().split("\n");
    expect(LINES.filter((_, i) => found[i] === "true")).toEqual(TRUE_STRINGS);
    expect(found).toHaveLength(LINES.length);
  });
});

test("secretlint reports the line of each key and no other", async () => {
  const { file, text: configuration } = SCANNER_RULES.secretlint;
  await writeFile(path.join(folder.directory, file), configuration);
  await writeFile(path.join(folder.directory, "lines.txt"), LINES.join("\n"));
  const child = spawn(
    process.execPath,
    [path.resolve("node_modules/secretlint/bin/secretlint.js"), "--format", "json", "lines.txt"],
    {
      cwd: folder.directory,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_PATH: path.resolve("node_modules") },
    },
  );
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  const [{ messages }] = JSON.parse(output) as [{ messages: { loc: { start: { line: number } } }[] }];
  expect(code).toBe(1);
  expect(messages.map(({ loc }) => LINES[loc.start.line - 1])).toEqual(TRUE_STRINGS);
}, 60_000);

test.skipIf(isMissing("python3", "--version"))(
  "the pattern of the pre-commit hook, as Python reads it, finds the keys and nothing else",
  async () => {
    const pattern = between(SCANNER_RULES.preCommit.text, /^ +entry: '(.+)'$/m);
    const script =
      "import re, sys, json\nprint(json.dumps([bool(re.search(sys.argv[1].encode(), l.encode())) for l in json.loads(sys.argv[2])]))";
    const { stdout } = await run("python3", ["-c", script, pattern, JSON.stringify(LINES)]);
    const found = JSON.parse(stdout) as boolean[];
    expect(LINES.filter((_, i) => found[i])).toEqual(TRUE_STRINGS);
  },
);
