import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { runCommand } from "#e2e/support/run-command.ts";

const DOCUMENTS = ["README.md", "CHANGELOG.md", "SECURITY.md", ...globSync(["docs/**/*.md", "lib/**/*.md"])];
const EXAMPLES = ["Dockerfile", ...globSync("examples/*")];
const SOURCES = globSync(["{lib,scripts,e2e}/**/*.ts", "*.ts", "Dockerfile"], { exclude: ["**/generated/**"] });
const WIDTH = 100;

const read = (file: string) => readFileSync(file, "utf8");
const withoutBlocks = (text: string) => text.replaceAll(/^```[\s\S]*?^```$/gm, "");
/** Sources except this test, which names everything that it looks for. */
const sources = SOURCES.filter((file) => file !== "scripts/documentation.test.ts")
  .map(read)
  .join("\n");

/** Returns the anchors that GitHub gives a document's headings. */
function anchorsOf(file: string): string[] {
  return [...withoutBlocks(read(file)).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

function metricsIn(text: string): string[] {
  const names = text.match(/\bgoodtake_[a-z_]+[a-z]/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(bucket|count|sum)$/, "")))].toSorted();
}

describe.each(DOCUMENTS)("in %s", (file) => {
  const text = read(file);

  test("every link leads to a file of the repository and to a heading in it", () => {
    const targets = [...withoutBlocks(text).matchAll(/\]\((?!https?:|mailto:)([^)]+)\)/g)].map(
      ([, target = ""]) => target,
    );
    const broken = targets.filter((target) => {
      const [place = "", anchor] = target.split("#");
      const linked = place ? path.join(path.dirname(file), place) : file;
      return !existsSync(linked) || (anchor !== undefined && !anchorsOf(linked).includes(anchor));
    });
    expect(broken, `Correct these links of ${file}, relative to it`).toEqual([]);
  });

  test("every file and folder in `code` exists", () => {
    // The changelog names former files.
    const named =
      file === "CHANGELOG.md" ? [] : [...withoutBlocks(text).matchAll(/`([^`\s]+)`/g)].map(([, name = ""]) => name);
    const ours =
      /^(\.\.\/)?(app|components|docs|e2e|examples|lib|prisma|public|scripts)\/[\w./()-]*$|^[\w.-]+\.(ts|mjs|json|yaml|service|conf)$/;
    const missing = named.filter(
      (name) => ours.test(name) && !existsSync(name) && !existsSync(path.join(path.dirname(file), name)),
    );
    expect(missing, `Write these paths of ${file} from the root of the repository, or relative to it`).toEqual([]);
  });

  test("prose is at most 100 columns wide", () => {
    const lines = withoutBlocks(text).split("\n");
    expect(lines.filter((line) => [...line].length > WIDTH && !/^\||\]\(|^#/.test(line))).toEqual([]);
  });
});

describe.each([...DOCUMENTS, ...EXAMPLES])("in %s", (file) => {
  const text = read(file);

  test("every npm command exists", () => {
    const { scripts } = JSON.parse(read("package.json"));
    const called = [...text.matchAll(/npm run (?:--silent )?([\w-]+)/g)].map(([, name]) => name);
    expect(called.filter((name) => !Object.hasOwn(scripts, String(name)))).toEqual([]);
  });

  test("every variable of the environment is read by the code or set beside it", () => {
    const named = text.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [];
    // Variables of other programs' images.
    const foreign = /^POSTGRES_/;
    expect(named.filter((name) => !foreign.test(name) && !new RegExp(`\\b${name}\\b`).test(sources))).toEqual([]);
  });
});

test("docs/operate.md explains every metric, and no other", () => {
  const ours = [...sources.matchAll(/"(goodtake_[a-z_]+)"/g)].map(([, name = ""]) => name);
  expect(metricsIn(read("docs/operate.md"))).toEqual([...new Set(ours)].toSorted());
});

test("docs/operate.md says of every command for accounts what its help says", async () => {
  const { stdout } = await runCommand("account.ts", ["--help"], {});
  const [, list = ""] = stdout.replaceAll(/\n {4,}/g, " ").split("\nCommands:\n");
  const lines = list
    .trim()
    .split("\n")
    .map((line) => line.trim().replace(" [options]", "").split(/ {2,}/));
  const [, section = ""] = read("docs/operate.md").split("\n## Accounts\n");
  const rows = [...(section.split("\n## ")[0] ?? "").matchAll(/^\| `(.*?)` +\| (.*?) +\|$/gm)];
  expect(rows.map(([, command, does]) => [command, does])).toEqual(lines);
});

test("docs/decisions/README.md links every decision, in the order of their numbers", () => {
  const pages = globSync("docs/decisions/[0-9]*.md")
    .map((file) => path.basename(file))
    .toSorted();
  const linked = [...read("docs/decisions/README.md").matchAll(/\((\d{3}-[^)]+)\)/g)].map(([, name]) => name);
  expect(linked).toEqual(pages);
  expect(pages.map((name) => Number(name.slice(0, 3)))).toEqual(pages.map((_, index) => index + 1));
});

test("the README has at most 120 lines of 100 columns, and the two commands on its first screen", () => {
  const lines = read("README.md").trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(120);
  expect(lines.filter((line) => [...line].length > WIDTH)).toEqual([]);
  const screen = lines.slice(0, 24);
  for (const command of ["npm install && npm start", "npm install && npm test"])
    expect(screen.some((line) => line === command || line.startsWith(`${command} `))).toBe(true);
});
