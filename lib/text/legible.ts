/**
 * Invisible characters that text needs: joiners in scripts and emoji, variation selectors in emoji,
 * and tags in flags that begin with a black one.
 */
const NEEDED = /\u200c|\u200d|[\ufe00-\ufe0f]|(?<=\u{1f3f4})[\u{e0020}-\u{e007f}]+/gu;
const HIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const HIDDEN_ALL = new RegExp(HIDDEN, "gu");
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Text without a visible character. U+2800 is Braille without a dot. */
const BLANK = /^[\p{Default_Ignorable_Code_Point}\p{White_Space}\u2800]*$/u;

/**
 * Returns whether a text is safe to show as a name: it has a visible character, and none that is
 * hidden or breaks the line.
 */
export function isLegible(text: string): boolean {
  return !HIDDEN.test(text.replace(NEEDED, "")) && !BLANK.test(text);
}

/** Removes hidden characters from a text, including control and text-direction characters. */
export function withoutHidden(text: string): string {
  return text.replace(HIDDEN_ALL, "");
}

/** Returns whether every character is visible, so that no two different texts look alike. */
export function isVisible(text: string): boolean {
  return !UNSEEN.test(text);
}
