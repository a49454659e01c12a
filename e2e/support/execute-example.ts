import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The file and command of each example. Debian's own Python has `requests`. */
export const LANGUAGES = {
  cURL: { file: "request.sh", command: "bash", args: [], package: "curl" },
  Python: {
    file: "generate.py",
    command: existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3",
    args: [],
    package: "python3-requests",
  },
  JavaScript: { file: "generate.mjs", command: process.execPath, args: [], package: "nodejs" },
  Go: { file: "main.go", command: "go", args: ["run"], package: "golang-go" },
} as const;
export type Language = keyof typeof LANGUAGES;

/** Tells whether this machine has a language. */
export async function isInstalled(language: Language): Promise<boolean> {
  const check = {
    cURL: ["curl", "--version"],
    Python: [LANGUAGES.Python.command, "-c", "import requests"],
    JavaScript: [process.execPath, "-v"],
    Go: ["go", "version"],
  };
  const [command = "", ...args] = check[language];
  return run(command, args).then(
    () => true,
    () => false,
  );
}

/** Runs code from a page as a file. Returns its output. */
export async function execute(language: Language, code: string, environment: Record<string, string>): Promise<string> {
  const { file, command, args } = LANGUAGES[language];
  const folder = await mkdtemp(path.join(tmpdir(), "goodtake-example-"));
  try {
    await writeFile(path.join(folder, file), code);
    const { PATH = "", HOME = folder } = process.env;
    const env = { PATH, HOME, GOCACHE: path.join(tmpdir(), "goodtake-go-cache"), GOFLAGS: "-mod=mod", ...environment };
    return (await run(command, [...args, file], { cwd: folder, env: env as unknown as NodeJS.ProcessEnv })).stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
