/** Where the focus goes when the row of a closed dialog's trigger has changed or gone. */
export function focusOnList(): HTMLElement | null {
  return document.getElementById("api-keys");
}
