import { writeFile } from "node:fs/promises";
import path from "node:path";
import { startServer, type TestServer, temporaryDirectory } from "#e2e/support/start-server.ts";
import { database } from "#lib/database/client.ts";

/** Requests a minute of the tier `limited`. */
export const LIMITED = 20;
const UNLIMITED = { requestsPerMinute: 1_000_000, requestsPerMonth: null, signupCredits: 0 };
/** Two tiers whose limits no test reaches, and one with a low limit. */
const TIERS = { free: UNLIMITED, pro: UNLIMITED, limited: { ...UNLIMITED, requestsPerMinute: LIMITED } };

export type ApiProcesses = {
  all: TestServer[];
  tiersFile: string;
  /** Starts one more, or one in the place of another that ended. */
  start: (place?: number) => Promise<TestServer>;
  /** Stops all that still run, and removes their files. */
  end: () => Promise<void>;
};

/** Starts API processes on one database. */
export async function startApiProcesses(
  count: number,
  databaseUrl: string,
  settings: Record<string, string> = {},
): Promise<ApiProcesses> {
  const { directory, remove } = await temporaryDirectory();
  const tiersFile = path.join(directory, "tiers.json");
  await writeFile(tiersFile, JSON.stringify(TIERS));
  const all: TestServer[] = [];
  const start = async (place = all.length) => {
    all[place] = await startServer({
      ROLE: "api",
      DATABASE_URL: databaseUrl,
      DATABASE_POOL_SIZE: "10",
      AUTH_SECRET: "k3J9mQ2xV7bN5tR8wY1zL4cF6hD0gS+a",
      TIERS_FILE: tiersFile,
      SIGN_UP: "open",
      LOG_LEVEL: "info",
      ...settings,
    });
    return all[place];
  };
  await Promise.all(Array.from({ length: count }, (_, i) => start(i)));
  return {
    all,
    tiersFile,
    start,
    end: async () => {
      await Promise.all(all.map((server) => server.end("SIGKILL")));
      await remove();
    },
  };
}

/** Returns the balances that differ from the sum of their movements or are negative. */
export async function differingBalances(): Promise<unknown[]> {
  return database().$queryRaw`
    SELECT b."userId", b."credits", coalesce(m."sum", 0)::int AS "ledger"
    FROM "Balance" b LEFT JOIN (SELECT "userId", sum("amount") AS "sum" FROM "CreditMovement" GROUP BY 1) m USING ("userId")
    WHERE b."credits" <> coalesce(m."sum", 0) OR b."credits" < 0`;
}
