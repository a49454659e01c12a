let openPopups = 0;

/** Counts a dialog or a menu as open while it is in the page. To be the `ref` of its popup. */
export function countOpenPopup(): () => void {
  openPopups += 1;
  return () => {
    openPopups -= 1;
  };
}

/** Tells whether a dialog or a menu is open, which shortcuts and refreshes must not disturb. */
export function isPopupOpen(): boolean {
  return openPopups > 0;
}
