import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { median } from "#e2e/load/median.ts";
import { BROWSER_ARGUMENTS, findBrowser } from "#e2e/support/browser.ts";
import { connectTo, seedKeys, seedUsage } from "#e2e/support/seed.ts";
import { signUpByForm } from "#e2e/support/sign-up.ts";
import { startServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { formatTable, type Row } from "#scripts/table.ts";

// `npm run lighthouse` measures the production build on a server of its own, as a user with keys
// and usage sees it. Words as arguments choose pages. Lighthouse is installed only by this script,
// because it is as large as all other dependencies.
const TOOL = path.join(import.meta.dirname, "lighthouse");
const ROUNDS = 3;
const PROFILES = { desktop: ["--preset=desktop"], mobile: ["--form-factor=mobile"] };
const TARGETS = { performance: 95, accessibility: 100, "best-practices": 100, seo: 100 };
type Category = keyof typeof TARGETS;

type Audit = { title: string; score: number | null; details?: { items?: Record<string, unknown>[] } };
type Report = {
  finalDisplayedUrl: string;
  runtimeError?: { message: string };
  audits: Record<string, Audit | undefined>;
  categories: Record<Category, { score: number | null; auditRefs: { id: string; weight: number }[] } | undefined>;
};

/** Ends the process where no browser starts, and names what to install. */
async function requireBrowser(): Promise<string> {
  const browser = await findBrowser();
  if (spawnSync(browser, ["--version"], { stdio: "ignore" }).status === 0) return browser;
  process.stderr.write(`${browser} does not start; install a browser, on Debian with: apt-get install chromium\n`);
  process.exit(1);
}

function installTool(): void {
  if (existsSync(path.join(TOOL, "node_modules/lighthouse"))) return;
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund"], { cwd: TOOL, stdio: "inherit" });
  if (status !== 0) throw new Error("Lighthouse could not be installed.");
}

async function audit(url: string, profile: keyof typeof PROFILES, cookie: string, browser: string): Promise<Report> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      path.join(TOOL, "node_modules/lighthouse/cli/index.js"),
      url,
      ...PROFILES[profile],
      `--chrome-flags=${["--headless", ...BROWSER_ARGUMENTS].join(" ")}`,
      `--extra-headers=${JSON.stringify({ cookie })}`,
      `--only-categories=${Object.keys(TARGETS)}`,
      "--output=json",
      "--quiet",
      "--no-enable-error-reporting",
    ],
    { env: { ...process.env, CHROME_PATH: browser }, maxBuffer: 256 * 1024 * 1024 },
  );
  const report = JSON.parse(stdout) as Report;
  if (report.runtimeError) throw new Error(`${url}: ${report.runtimeError.message}`);
  if (report.finalDisplayedUrl !== url) throw new Error(`${url} led to ${report.finalDisplayedUrl}.`);
  return report;
}

function score(report: Report, category: Category): number {
  return Math.round((report.categories[category]?.score ?? 0) * 100);
}

/** Returns the failed audits of a category that missed its target. */
function shortfalls(report: Report, category: Category): string[] {
  return (report.categories[category]?.auditRefs ?? []).flatMap(({ id, weight }) => {
    const { title = "", score = null } = report.audits[id] ?? {};
    return weight > 0 && score !== null && score < 0.9 ? [`  ${category}: ${title} (${id}, ${score})`] : [];
  });
}

function kilobytesOfScript(report: Report): number {
  const requests = report.audits["network-requests"]?.details?.items ?? [];
  const scripts = requests.filter(({ resourceType }) => resourceType === "Script");
  return Math.round(scripts.reduce((sum, { transferSize }) => sum + Number(transferSize), 0) / 1000);
}

const browser = await requireBrowser();
installTool();
const data = await temporaryDirectory();
const server = await startServer({ DATA_DIR: data.directory });
const disconnect = await connectTo(data.directory);
const rows: Row[] = [];
const missed: string[] = [];
try {
  const session = await signUpByForm(server.url, {
    name: "Ada Lovelace",
    email: "ada@example.com",
    password: "correct horse battery",
  });
  await seedKeys("ada@example.com", 25);
  const pages: { path: string; title: string; cookie: string; public?: boolean }[] = [
    ...["developer", "usage", "activity", "account"].map((name) => ({ path: `/settings/${name}`, cookie: session })),
    { path: `/settings/developer/${await seedUsage("ada@example.com")}`, title: "a key's page", cookie: session },
    ...["/sign-in", "/docs/quick-start", "/docs/authentication"].map((path) => ({ path, cookie: "", public: true })),
  ].map((page) => ({ title: page.path, ...page }));
  for (const page of pages.filter(({ title }) => process.argv.slice(2).every((word) => title.includes(word)))) {
    for (const profile of Object.keys(PROFILES) as (keyof typeof PROFILES)[]) {
      const reports: Report[] = [];
      for (let round = 0; round < ROUNDS; round += 1)
        reports.push(await audit(server.url + page.path, profile, page.cookie, browser));
      const row: Row = { page: page.title, profile };
      for (const category of Object.keys(TARGETS) as Category[]) {
        // Pages behind a session are not for search engines.
        if (category === "seo" && !page.public) continue;
        const reached = median(reports.map((report) => score(report, category)));
        row[category] = reached;
        if (reached >= TARGETS[category]) continue;
        missed.push(`${page.title} (${profile}): ${category} ${reached}, not ${TARGETS[category]}`);
        missed.push(...new Set(reports.flatMap((report) => shortfalls(report, category))));
      }
      rows.push({ ...row, seo: row.seo ?? "–", "js kB": median(reports.map(kilobytesOfScript)) });
      process.stdout.write(`${Object.values(rows.at(-1) as Row).join("  ")}\n`);
    }
  }
} finally {
  await disconnect();
  await server.end("SIGTERM");
  await data.remove();
}
process.stdout.write(`\n${formatTable(rows)}\n\n${missed.join("\n") || "Every target is met."}\n`);
process.exit(missed.length > 0 ? 1 : 0);
