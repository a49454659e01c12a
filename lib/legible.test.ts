import { expect, test } from "vitest";
import { isLegible } from "#lib/legible.ts";

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
