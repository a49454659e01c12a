"use client";

import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import { LANGUAGE_COOKIE, LANGUAGES, type Language, languageOf } from "#components/request-examples/language.ts";

const YEAR_S = 31_536_000;

const Rendered = createContext<Language>(LANGUAGES[0]);
const listeners = new Set<() => void>();
/** Holds the choice where cookies are off. */
let chosen: Language | undefined;

/** Tells all examples the language of the cookie, which the server has read. */
export function LanguageProvider({ language, children }: { language: Language; children: ReactNode }) {
  return <Rendered value={language}>{children}</Rendered>;
}

/**
 * Returns the language of all examples, and a function that changes it for this page and later
 * ones.
 */
export function useLanguage(): [Language, (language: Language) => void] {
  const rendered = useContext(Rendered);
  const language = useSyncExternalStore(subscribe, current, () => rendered);
  return [language, choose];
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function current(): Language {
  return chosen ?? languageOf(new RegExp(`(?:^|; )${LANGUAGE_COOKIE}=(\\w+)`).exec(document.cookie)?.[1]);
}

function choose(language: Language): void {
  chosen = language;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API does not exist on plain http
  document.cookie = `${LANGUAGE_COOKIE}=${language}; path=/; max-age=${YEAR_S}; samesite=lax`;
  for (const listener of listeners) listener();
}
