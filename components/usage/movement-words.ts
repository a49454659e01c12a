import type { Movement } from "#lib/credits/movements.ts";

const WORDS: Record<Movement["kind"], string> = {
  signup: "Sign-up credits",
  granted: "Granted",
  reserved: "Reserved",
  charged: "Charged",
  refunded: "Refund",
};

export function movementWords(kind: Movement["kind"]): string {
  return WORDS[kind];
}
