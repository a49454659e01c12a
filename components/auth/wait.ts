import { counted } from "#components/ui/number.ts";

/**
 * Formats a wait: "in 40 seconds", "in 5 minutes", "in 24 hours". Rounds up, so that the next
 * attempt is accepted.
 */
export function inWords(seconds: number): string {
  const [unit, length] = seconds < 90 ? ["second", 1] : seconds < 5_400 ? ["minute", 60] : ["hour", 3_600];
  return `in ${counted(Math.ceil(seconds / length), unit)}`;
}

/** The problem of a form when the server already computes too many passwords. */
export const BUSY = { form: "The server is busy. Try again in a few seconds." };
