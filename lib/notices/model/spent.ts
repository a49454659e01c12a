/** Percent of the balance after credits were last added. */
const LOW_CREDITS = 20;
/** Percent of the month's quota. */
const NEAR_QUOTA = 80;

/** The last notices. `month` is the first day of a UTC month, `2026-11-01`. */
export type Noticed = {
  /** The balance after credits were last added. */
  credits: number;
  /** The lowest percentage of that balance with a notice; 100 before the first notice. */
  creditsLevel: number;
  month: string;
  /** The highest percentage of the monthly quota with a notice. */
  quotaLevel: number;
};

/**
 * What an account has left. `afterAdding` is null if credits were last added before it was stored.
 */
export type Spent = {
  credits: number;
  afterAdding: number | null;
  month: string;
  requests: number;
  noticed: Noticed | null;
};

/**
 * Decides which notices are due: credits at 20% of the balance after credits were last added or at
 * 0, and 80% or 100% of the monthly quota. A refund never repeats a notice; added credits and a new
 * month do.
 */
export function judge(
  { credits, afterAdding, month, requests, noticed }: Spent,
  quota: number | null,
): { noticed: Noticed; news: { credits: boolean; quota: boolean } } {
  const all = afterAdding ?? noticed?.credits ?? credits;
  const creditsBefore = noticed?.credits === all ? noticed.creditsLevel : 100;
  const creditsLevel = Math.min(creditsBefore, creditsShare(credits, all));
  const quotaBefore = noticed?.month === month ? noticed.quotaLevel : 0;
  const quotaLevel = Math.max(quotaBefore, quotaShare(requests, quota));
  return {
    noticed: { credits: all, creditsLevel, month, quotaLevel },
    news: { credits: creditsLevel < creditsBefore, quota: quotaLevel > quotaBefore },
  };
}

function creditsShare(credits: number, all: number): number {
  if (all === 0) return 100;
  if (credits === 0) return 0;
  return credits * 100 <= all * LOW_CREDITS ? LOW_CREDITS : 100;
}

function quotaShare(requests: number, quota: number | null): number {
  if (!quota) return 0;
  if (requests >= quota) return 100;
  return requests * 100 >= quota * NEAR_QUOTA ? NEAR_QUOTA : 0;
}
