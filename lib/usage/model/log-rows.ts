/** A request in Logs, with what is needed to explain it. */
export type LoggedRequest = {
  requestId: string;
  /** The outcome: `ok`, or why the request failed. Later versions may know more of them. */
  reason: string;
  status: number;
  route: string;
  addressPrefix: string;
  userAgent: string;
  createdAt: Date;
  apiKeyId: string;
  keyName: string;
  keyExpiresAt: Date | null;
  keyRevokedAt: Date | null;
  keyDeletedAt: Date | null;
};

/** The reason in a filter that matches every request that failed. */
export const ANY_FAILURE = "failed";

/** Rows of one page of Logs. */
export const LOGS_PAGE = 50;

/** Requests that follow each other and differ in nothing but time, the latest first. */
export type LogRun = [LoggedRequest, ...LoggedRequest[]];

/** Groups requests that follow each other and have the same key, answer, route and caller. */
export function groupRuns(rows: LoggedRequest[]): LogRun[] {
  const runs: LogRun[] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    if (run && sameOf(run[0]) === sameOf(row)) run.push(row);
    else runs.push([row]);
  }
  return runs;
}

function sameOf({ apiKeyId, reason, status, route, addressPrefix, userAgent }: LoggedRequest): string {
  return JSON.stringify([apiKeyId, reason, status, route, addressPrefix, userAgent]);
}

/**
 * Adds the answer of a poll to known rows and keeps the latest {@link LOGS_PAGE}. Each request is
 * there once, although polls overlap.
 */
export function mergeLogs(known: LoggedRequest[], found: LoggedRequest[]): LoggedRequest[] {
  const all = new Map([...known, ...found].map((row) => [row.requestId, row]));
  return [...all.values()].sort(latestFirst).slice(0, LOGS_PAGE);
}

function latestFirst(a: LoggedRequest, b: LoggedRequest): number {
  return b.createdAt.getTime() - a.createdAt.getTime() || (a.requestId < b.requestId ? 1 : -1);
}
