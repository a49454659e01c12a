import { printable } from "#lib/log.ts";

export const AGENT_MAX = 200;
/**
 * Characters read of a user agent. Hiding a key shrinks 39 characters to 8, so this many always
 * give {@link AGENT_MAX}.
 */
const READ_MAX = 1_024;

/**
 * Returns a user agent as it is stored: at most {@link AGENT_MAX} characters, without keys and
 * characters that could forge a line. The result is a copy, because a slice in V8 keeps the whole
 * text in memory.
 */
export function shortAgent(agent: string): string {
  // Hides keys before it cuts, because half a key is no longer recognized as one.
  const short = printable(agent.slice(0, READ_MAX)).slice(0, AGENT_MAX);
  return agent.length > AGENT_MAX ? Buffer.from(short).toString() : short;
}
