"use client";

import { useEffect, useEffectEvent } from "react";

/**
 * A way to ask another part of the page for something. If that part isn't there yet, because its
 * page is still coming, it does what was asked when it appears.
 */
export class Ask {
  #answer: (() => void) | undefined;
  #asked = false;

  ask(): void {
    if (this.#answer) this.#answer();
    else this.#asked = true;
  }

  /** Registers the part that answers, and returns the function that takes it away. */
  answer(act: () => void): () => void {
    this.#answer = act;
    if (this.#asked) act();
    this.#asked = false;
    return () => {
      this.#answer = undefined;
    };
  }
}

/** Does `act` when another part of the page asks for it. */
export function useAsked(ask: Ask, act: () => void): void {
  const run = useEffectEvent(act);
  useEffect(() => ask.answer(() => run()), [ask]);
}
