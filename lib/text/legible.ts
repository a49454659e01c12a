/** Invisible, but needed: joiners by scripts and emoji, variation selectors by emoji, tags by the flags that begin with a black one. */
const NEEDED = /\u200c|\u200d|[\ufe00-\ufe0f]|(?<=\u{1f3f4})[\u{e0020}-\u{e007f}]+/gu;
const HIDDEN = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** Nothing of which anybody sees anything; U+2800 is Braille without a dot. */
const BLANK = /^[\p{Default_Ignorable_Code_Point}\p{White_Space}\u2800]*$/u;

/** Whether a text shows what it is: no character by which it could pass for another one or break a row, and something to see. */
export function isLegible(text: string): boolean {
  return !HIDDEN.test(text.replace(NEEDED, "")) && !BLANK.test(text);
}

/** Whether every character of a text can be seen, so that no two texts look alike by one that can't. */
export function isVisible(text: string): boolean {
  return !UNSEEN.test(text);
}
