export const LANGUAGES = ["cURL", "Python", "JavaScript", "Go"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Where the code of an example belongs. */
export const EXAMPLE_FILES: Record<Language, string> = {
  cURL: "Terminal",
  Python: "generate.py",
  JavaScript: "generate.mjs",
  Go: "main.go",
};

/** A cookie and not storage, so that the server renders the chosen language and nothing flashes. */
export const LANGUAGE_COOKIE = "goodtake-language";

export function languageOf(value: string | undefined): Language {
  return LANGUAGES.find((language) => language === value) ?? LANGUAGES[0];
}
