import type { ClipboardEvent, InputEvent } from "react";
import { keyIn, NO_KEY_PATTERN } from "#lib/api-keys/model/key-text.ts";

export const NOT_SENT = "The key itself was never sent.";

/**
 * Guards a field whose text gets into a URL. A text that looks like a key is cleared and passed to
 * `onKey`; other texts are passed to `onText`. The pattern makes the browser reject a key where
 * JavaScript doesn't run.
 */
export function keyGuard(onKey: (key: string) => void, onText: () => void) {
  function take(field: HTMLInputElement, key: string) {
    field.value = "";
    onKey(key);
  }
  return {
    pattern: NO_KEY_PATTERN,
    title: "Text with an API key in it is never sent.",
    onPaste(event: ClipboardEvent<HTMLInputElement>) {
      // Reads the whole clipboard, because a field may drop the line breaks after which a key ends,
      // as in Firefox.
      const key = keyIn(event.clipboardData.getData("text"));
      if (key === null) return;
      event.preventDefault();
      take(event.currentTarget, key);
    },
    // React's `onChange` ignores an event that repeats what was typed before the code ran.
    onInput({ currentTarget }: InputEvent<HTMLInputElement>) {
      const key = keyIn(currentTarget.value);
      if (key === null) onText();
      else take(currentTarget, key);
    },
  };
}
