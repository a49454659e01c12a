import type { ChangeEvent, ClipboardEvent } from "react";
import { keyIn, NO_KEY_PATTERN } from "#lib/api-keys/model/key-text.ts";

export const NOT_SENT = "The text was cleared, and not sent anywhere.";

/**
 * Guards a field whose text gets into an address. What has a key's shape is cleared and handed to `onKey`, other text to `onText`;
 * where no JavaScript runs, yet or at all, the browser refuses to send it.
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
      // The whole of it: a field may drop the line breaks (Firefox's does), and with them the place where a key ends.
      const key = keyIn(event.clipboardData.getData("text"));
      if (key === null) return;
      event.preventDefault();
      take(event.currentTarget, key);
    },
    onChange({ currentTarget }: ChangeEvent<HTMLInputElement>) {
      const key = keyIn(currentTarget.value);
      if (key === null) onText();
      else take(currentTarget, key);
    },
  };
}
