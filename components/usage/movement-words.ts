import type { Movement } from "#lib/credits/ledger.ts";

const WORDS: Record<Movement["kind"], string> = {
  signup: "Came with the account",
  granted: "Granted",
  reserved: "Reserved",
  charged: "Spent",
  refunded: "Given back",
};

export function movementWords(kind: Movement["kind"]): string {
  return WORDS[kind];
}
