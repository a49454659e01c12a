/**
 * Copies a text that no field on the page has. `within` takes the focus for a moment where
 * `navigator.clipboard` doesn't exist: inside it no focus trap interferes.
 */
export async function copyText(text: string, within: Element = document.body): Promise<boolean> {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "sr-only";
  within.append(field);
  try {
    return await copyFrom(field);
  } finally {
    field.remove();
  }
}

/**
 * Copies the text of a field. Works on plain http, where `navigator.clipboard` doesn't exist, and
 * inside a dialog's focus trap, where only the dialog's own fields can be selected. Returns whether
 * the text was copied; if not, it is selected.
 */
export async function copyFrom(field: HTMLInputElement | HTMLTextAreaElement): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(field.value);
      return true;
    }
  } catch {
    // The clipboard is blocked here. `execCommand` may still be allowed.
  }
  const focused = document.activeElement;
  field.focus({ preventScroll: true });
  field.select();
  const copied = document.execCommand("copy");
  if (copied && focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return copied;
}
