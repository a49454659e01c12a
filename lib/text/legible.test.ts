import { expect, test } from "vitest";
import { isLegible, isVisible } from "#lib/text/legible.ts";

test.each([
  "Production App",
  "Ключ продакшн",
  "مفتاح الإنتاج",
  "می\u200cخواهم",
  "日本語キー",
  "👩‍👩‍👧‍👦 ❤️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "é".normalize("NFD"),
])("%s is legible", (name) => {
  expect(isLegible(name)).toBe(true);
});

test.each([
  ["a line break", "a\nb"],
  ["NUL", "a\0"],
  ["half of a surrogate pair", "a\ud800"],
  ["a line separator", "a\u2028b"],
  ["a soft hyphen", "a\u00adb"],
  ["a zero-width space", "a\u200bb"],
  ["a text direction", "a\u202eb"],
  ["an isolate", "\u2066a\u2069"],
  ["an Arabic letter mark", "a\u061c"],
  ["a byte order mark", "\ufeffa"],
  ["a Hangul filler", "a\u3164"],
  ["tags without a flag", "a\u{e0041}"],
  ["joiners alone", "\u200d\u200c"],
  ["Braille without a dot", "\u2800"],
  ["spaces", "  \u3000"],
  ["nothing", ""],
])("%s is not", (_, name) => {
  expect(isLegible(name)).toBe(false);
});

test.each(["ada@example.com", "jos\u00e9@example.com", "\u0938\u0902@\u0909\u0926\u093e.com", "\u{1f511}@example.com"])(
  "all of %s is visible",
  (text) => {
    expect(isVisible(text)).toBe(true);
  },
);

test.each([
  ["a joiner", "\u200d"],
  ["a non-joiner", "\u200c"],
  ["a variation selector", "\ufe0f"],
  ["a zero-width space", "\u200b"],
  ["a soft hyphen", "\u00ad"],
  ["a text direction", "\u200f"],
  ["NUL", "\0"],
  ["an interlinear mark", "\ufff9"],
  ["an Arabic number sign", "\u0600"],
  ["a Hangul filler", "\uffa0"],
  ["a combining joiner", "\u034f"],
  ["a tag", "\u{e0041}"],
  ["a private character", "\ue000"],
  ["Braille without a dot", "\u2800"],
])("%s isn't", (_, character) => {
  expect(isVisible(`a${character}da@example.com`)).toBe(false);
});
