import { mkdir } from "node:fs/promises";
import path from "node:path";
import { chromium } from "playwright";
import { BROWSER_ARGUMENTS, findBrowser } from "#e2e/support/browser.ts";
import { sampleMails } from "#e2e/support/sample-mails.ts";

// Takes pictures of each kind of email, light and dark, for a window and a phone.
process.env.AUTH_SECRET ??= "a secret of these pictures only";
const folder = path.resolve(process.argv[2] ?? "test-results/mails");
await mkdir(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: await findBrowser(), args: BROWSER_ARGUMENTS });
for (const { kind, mail } of await sampleMails())
  for (const colorScheme of ["light", "dark"] as const)
    for (const width of [760, 375]) {
      const page = await browser.newPage({ colorScheme, viewport: { width, height: 400 } });
      await page.setContent(String(mail.html));
      await page.screenshot({ path: path.join(folder, `${kind}-${width}-${colorScheme}.png`), fullPage: true });
      await page.close();
    }
await browser.close();
