import type { Page } from "playwright/test";

/**
 * Says why a keyboard user can't see the focus: it is outside the window, covered by something that
 * floats, or not marked. Returns null if it is visible, or if the page itself has the focus.
 */
export function focusProblem(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return null;
    const { left, top, right, bottom } = focused.getBoundingClientRect();
    const words = (focused.ariaLabel ?? focused.textContent ?? "").trim().slice(0, 40);
    const name = `${focused.tagName.toLowerCase()} "${words || focused.id}"`;
    const ancestors = (element: Element | null): Element[] =>
      element ? [element, ...ancestors(element.parentElement)] : [];
    const layerOf = (element: Element): Element | undefined =>
      ancestors(element).find((ancestor) => ["fixed", "sticky"].includes(getComputedStyle(ancestor).position));

    const x = (Math.max(left, 0) + Math.min(right, window.innerWidth)) / 2;
    // If it is taller than the window, a visible part is enough.
    const seen = [top + 3, bottom - 3].filter((y) => y >= 0 && y <= window.innerHeight);
    if (seen.length < (bottom - top > window.innerHeight / 2 ? 1 : 2)) return `${name} is outside of the window`;
    for (const y of seen) {
      const hit: Element | null = document.elementFromPoint(x, y);
      const cover: Element | undefined = hit && !focused.contains(hit) ? layerOf(hit) : undefined;
      // A tooltip shows the times of the focused row.
      if (cover && !cover.contains(focused) && !cover.closest("[data-time-tooltip]")) return `${name} is covered`;
    }
    const { outlineStyle } = getComputedStyle(focused);
    if (focused.matches(":focus-visible") && outlineStyle === "none" && focused.matches("a, button, input, select"))
      return `${name} has no visible focus`;
    return null;
  });
}
