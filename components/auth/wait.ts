/** "in 40 seconds", "in 5 minutes": the next attempt, never promised earlier than it is possible. */
export function inWords(seconds: number): string {
  const [amount, unit] = seconds < 90 ? [seconds, "second"] : [Math.ceil(seconds / 60), "minute"];
  return `in ${amount} ${unit}${amount === 1 ? "" : "s"}`;
}

/** What a form says where the server computes too many passwords already. */
export const BUSY = { form: "The server is busy. Try again in a few seconds." };
