export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** A cookie and not storage, so that the server renders the right theme and nothing flashes. */
export const THEME_COOKIE = "goodtake-theme";

export function themeOf(value: string | undefined): Theme {
  return THEMES.find((theme) => theme === value) ?? "system";
}

const YEAR_S = 31_536_000;

/** Switches the theme of this page and of later ones. */
export function applyTheme(theme: Theme): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API does not exist on plain http
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
  document.documentElement.dataset.theme = theme;
}
