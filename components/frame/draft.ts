import { KEY_SHAPE } from "#lib/api-keys/model/key-text.ts";

const TYPED = "input:not([type=password], [type=hidden], [type=file]), select, textarea";

/** What was typed, by the names of the fields. It has no box that wasn't checked. */
type Draft = Record<string, string | undefined>;

/**
 * Keeps what the user typed in a named form across a reload or another sign-in. Passwords and keys
 * never reach storage.
 */
export function keepDraft(form: HTMLFormElement): void {
  // `form.name` would be a field called "name".
  const formName = form.getAttribute("name");
  if (!formName) return;
  const typed = typedFields(form)
    .filter(({ type, checked }) => (type !== "radio" && type !== "checkbox") || checked)
    .filter(({ name, value }) => name && !KEY_SHAPE.test(value))
    .map(({ name, value }) => [name, value]);
  storage()?.setItem(`draft:${formName}`, JSON.stringify(Object.fromEntries(typed)));
}

/** Returns the draft of a form and removes it. */
export function takeDraft(form: string): Draft {
  return take(form) ?? {};
}

/**
 * Fills a named form with its draft, if it has one, and removes the draft. Fields that the user has
 * changed before the page's code ran stay.
 */
export function restoreDraft(form: HTMLFormElement): void {
  const draft = take(String(form.getAttribute("name")));
  if (!draft) return;
  for (const field of typedFields(form).filter((field) => !isChanged(field))) {
    const kept = draft[field.name];
    if (field.type === "checkbox") field.checked = kept !== undefined;
    else if (kept && field.type !== "radio") field.value = kept;
  }
}

function take(form: string): Draft | undefined {
  const kept = storage()?.getItem(`draft:${form}`);
  storage()?.removeItem(`draft:${form}`);
  return kept ? JSON.parse(kept) : undefined;
}

/** Tells whether a text or a box differs from what the server sent. */
function isChanged({ type, checked, defaultChecked, value, defaultValue }: HTMLInputElement): boolean {
  if (type === "checkbox") return checked !== defaultChecked;
  // A list of choices has no `defaultValue`.
  return value !== (defaultValue ?? value);
}

function typedFields(form: HTMLFormElement): HTMLInputElement[] {
  return Array.from(form.querySelectorAll<HTMLInputElement>(TYPED));
}

/** A browser that blocks storage throws when it is accessed. */
function storage(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}
