/**
 * Formats a wait: "in 40 seconds", "in 5 minutes". Rounds up, so that the next attempt is accepted.
 */
export function inWords(seconds: number): string {
  const [amount, unit] = seconds < 90 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return `in ${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

/** The problem of a form when the server already computes too many passwords. */
export const BUSY = { form: "The server is busy. Try again in a few seconds." };
