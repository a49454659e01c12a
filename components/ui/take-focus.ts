/**
 * Moves the focus to an element that takes the place of the one that had it. A `ref`, which runs
 * once, when the element appears.
 */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}
