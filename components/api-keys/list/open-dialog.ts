/** Whether a dialog or a menu is open, which must not be disturbed. */
export function isDialogOpen(): boolean {
  return document.querySelector("[role=dialog], [role=alertdialog], [role=menu]") !== null;
}
