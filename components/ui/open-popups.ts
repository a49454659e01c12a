let openPopups = 0;

/** Counts a dialog or a menu as open for as long as it is in the page. Pass it as the `ref` of its popup. */
export function countOpenPopup(): () => void {
  openPopups += 1;
  return () => {
    openPopups -= 1;
  };
}

/** Tells whether a dialog or a menu is open, which nothing should disturb. */
export function isPopupOpen(): boolean {
  return openPopups > 0;
}
