import { existsSync } from "node:fs";
import path from "node:path";
import { chromium } from "playwright";

/** The headless shell comes first: it needs a third of the CPU time of a whole browser. */
const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const MAC = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/**
 * Finds a Chromium, in this order: PLAYWRIGHT_CHROMIUM_PATH, an installed one, Playwright's own,
 * and on Linux the one from npm.
 */
export async function findBrowser(): Promise<string> {
  const named = process.env.PLAYWRIGHT_CHROMIUM_PATH;
  if (named) return named;
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const installed = [...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))), ...MAC].find(
    (file) => existsSync(file),
  );
  if (installed) return installed;
  if (existsSync(chromium.executablePath())) return chromium.executablePath();
  if (process.platform === "linux") return (await import("@sparticuz/chromium")).default.executablePath();
  throw new Error(
    "No Chromium was found. Install Chrome or Chromium, run `npx playwright install chromium`, or set PLAYWRIGHT_CHROMIUM_PATH.",
  );
}

/** Arguments of the test browsers. Chromium doesn't run as root with its sandbox. */
export const BROWSER_ARGUMENTS = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Drawing without a GPU needs less CPU time than with one in software: 44 s instead of 54 s for
  // two specs.
  "--disable-gpu",
  "--disable-software-rasterizer",
];
