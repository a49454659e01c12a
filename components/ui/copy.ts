/**
 * Copies the text of a field, also on plain http, where `navigator.clipboard` does not exist, and inside a dialog's focus
 * trap, where only a field of the dialog can be selected. Returns whether it was copied; if not, the text is selected.
 */
export async function copyFrom(field: HTMLInputElement | HTMLTextAreaElement): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(field.value);
      return true;
    }
  } catch {
    // Not allowed here: the old way may be.
  }
  const focused = document.activeElement;
  field.focus({ preventScroll: true });
  field.select();
  const copied = document.execCommand("copy");
  if (copied && focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return copied;
}
