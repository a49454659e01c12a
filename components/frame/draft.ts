import { KEY_SHAPE } from "#lib/api-keys/model/key-text.ts";

const TYPED = "input:not([type=password], [type=hidden], [type=file]), select, textarea";

/**
 * Keeps what the user typed in a named form across a reload or another sign-in. Passwords and keys
 * never reach storage.
 */
export function keepDraft(form: HTMLFormElement): void {
  // `form.name` would be a field called "name".
  const formName = form.getAttribute("name");
  if (!formName) return;
  const typed = Array.from(form.querySelectorAll<HTMLInputElement>(TYPED))
    .filter(({ type, checked }) => (type !== "radio" && type !== "checkbox") || checked)
    .filter(({ name, value }) => name && !KEY_SHAPE.test(value))
    .map(({ name, value }) => [name, value]);
  storage()?.setItem(`draft:${formName}`, JSON.stringify(Object.fromEntries(typed)));
}

/** Returns the draft of a form and removes it. */
export function takeDraft(form: string): Record<string, string | undefined> {
  const kept = storage()?.getItem(`draft:${form}`);
  storage()?.removeItem(`draft:${form}`);
  return kept ? JSON.parse(kept) : {};
}

/** A browser that blocks storage throws when it is accessed. */
function storage(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}
