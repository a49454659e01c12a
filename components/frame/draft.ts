import { KEY_SHAPE } from "#lib/api-keys/model/key-text.ts";

const TYPED = "input:not([type=password], [type=hidden], [type=file]), select, textarea";

/** Keeps what was typed in a form with a name for the page that a reload brings. Passwords and keys never reach storage. */
export function keepDraft(form: HTMLFormElement): void {
  // Not `form.name`, which a field that is called "name" hides.
  const formName = form.getAttribute("name");
  if (!formName) return;
  const typed = Array.from(form.querySelectorAll<HTMLInputElement>(TYPED))
    .filter(({ type, checked }) => type !== "radio" || checked)
    .filter(({ name, value }) => name && !KEY_SHAPE.test(value))
    .map(({ name, value }) => [name, value]);
  storage()?.setItem(`draft:${formName}`, JSON.stringify(Object.fromEntries(typed)));
}

/** What was kept of the form with this name, once. */
export function takeDraft(form: string): Record<string, string | undefined> {
  const kept = storage()?.getItem(`draft:${form}`);
  storage()?.removeItem(`draft:${form}`);
  return kept ? JSON.parse(kept) : {};
}

/** A browser that blocks storage throws where it is only named. */
function storage(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}
