import type { Page } from "playwright/test";

/** Lists the layout problems of `part`, which is the open dialog or menu, else the page. */
export function layoutProblems(page: Page, part?: string): Promise<string[]> {
  return page.evaluate((part) => {
    type Box = { left: number; top: number; right: number; bottom: number };
    type Text = { words: string; box: Box; layer: Element | null };
    const found = new Set<string>();
    const { documentElement: html } = document;
    if (html.scrollWidth > html.clientWidth)
      found.add(`the page is ${html.scrollWidth} px wide in a window of ${html.clientWidth}`);

    const dialogs = document.querySelectorAll("[role=alertdialog], [role=dialog], dialog[open], [role=menu]");
    const root = (part && document.querySelector(part)) || (dialogs[dialogs.length - 1] ?? document.body);
    const ancestors = (element: Element | null): Element[] =>
      element ? [element, ...ancestors(element.parentElement)] : [];
    const floats = (element: Element) => ["fixed", "sticky"].includes(getComputedStyle(element).position);
    const layerOf = (element: Element | null) => ancestors(element).find(floats) ?? null;

    /**
     * Returns the visible part of a text; undefined if none. Scroll containers and ellipses can
     * hide a part.
     */
    function seen(element: Element, rect: DOMRect): Box | undefined {
      const box = { left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom };
      for (const ancestor of ancestors(element)) {
        const style = getComputedStyle(ancestor);
        if (style.visibility === "hidden" || style.opacity === "0" || style.clipPath !== "none") return undefined;
        if (style.overflowX === "visible" || ancestor === html || ancestor === document.body) continue;
        const frame = ancestor.getBoundingClientRect();
        if (frame.width <= 1) return undefined;
        const hides = style.overflowX !== "hidden" || style.textOverflow === "ellipsis";
        if (!hides && (box.right > frame.right + 1 || box.left < frame.left - 1))
          found.add(`"${element.textContent?.trim().slice(0, 40)}" is cut off`);
        box.left = Math.max(box.left, frame.left);
        box.right = Math.min(box.right, frame.right);
        box.top = Math.max(box.top, frame.top);
        box.bottom = Math.min(box.bottom, frame.bottom);
      }
      return box.right - box.left > 1 && box.bottom - box.top > 1 ? box : undefined;
    }

    /** Returns the nearest card or control around a text. */
    const cardOf = (element: Element) =>
      ancestors(element).find((ancestor) => {
        const { borderLeftWidth, borderRightWidth, display } = getComputedStyle(ancestor);
        return borderLeftWidth !== "0px" && borderRightWidth !== "0px" && display !== "inline";
      });

    const texts: Text[] = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      // A row that is far from being seen is not laid out.
      if (
        !element?.checkVisibility({ contentVisibilityAuto: true }) ||
        !node.nodeValue?.trim() ||
        element.closest("option, noscript, script, style")
      )
        continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        const box = seen(element, rect);
        const card = cardOf(element)?.getBoundingClientRect();
        if (box && card && (box.right > card.right + 1 || box.left < card.left - 1))
          found.add(`"${node.nodeValue.trim().slice(0, 40)}" runs out of its card`);
        if (box) texts.push({ words: node.nodeValue.trim().slice(0, 40), box, layer: layerOf(element) });
      }
    }
    for (const { words, box } of texts)
      if (box.left < -1 || box.right > html.clientWidth + 1) found.add(`"${words}" runs out of the window`);
    texts.forEach((one, i) => {
      for (const other of texts.slice(i + 1)) {
        if (one.layer !== other.layer || one.words === other.words) continue;
        const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        // The boxes of neighboring lines touch, because a box is taller than its letters.
        if (width > 2 && height > 5) found.add(`"${one.words}" lies on "${other.words}"`);
      }
    });

    const focused = document.activeElement;
    for (const control of root.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, summary")) {
      if (!control.checkVisibility() || control.closest("[inert], [hidden]") || control.tabIndex < 0) continue;
      control.focus();
      if (document.activeElement !== control) continue;
      const { left, top, right, bottom } = control.getBoundingClientRect();
      if (right - left <= 1) continue;
      for (const [x, y] of [
        [(left + right) / 2, top + 3],
        [(left + right) / 2, bottom - 3],
      ] as const) {
        const hit = document.elementFromPoint(x, y);
        const cover = hit && !control.contains(hit) ? layerOf(hit) : null;
        // A tooltip shows the times of the row that has the focus.
        if (cover && !cover.contains(control) && !cover.closest("[data-time-tooltip]"))
          found.add(
            `"${(control.ariaLabel ?? control.textContent ?? control.id).trim().slice(0, 40)}" is covered in focus`,
          );
      }
    }
    if (focused instanceof HTMLElement) focused.focus();
    return [...found];
  }, part);
}
