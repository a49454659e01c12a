import { printable } from "#lib/log.ts";

export const AGENT_MAX = 200;
/** 39 characters of a key shrink to 8 when it is hidden, so that so many give {@link AGENT_MAX} whatever stands in them. */
const READ_MAX = 1_024;

/**
 * What a client calls itself as it is stored: without keys and what could forge a line, and of up to 16 KB the first
 * {@link AGENT_MAX} characters. It is a copy, because a slice of V8's holds on to the whole text.
 */
export function shortAgent(agent: string): string {
  // Not the other way round: a key that is cut in two is no longer known as one.
  const short = printable(agent.slice(0, READ_MAX)).slice(0, AGENT_MAX);
  return agent.length > AGENT_MAX ? Buffer.from(short).toString() : short;
}
