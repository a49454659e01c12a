"use client";

import { type KeyboardEvent, useId } from "react";
import { EXAMPLE_FILES, LANGUAGES, type Language } from "#components/request-examples/language.ts";
import { useLanguage } from "#components/request-examples/use-language.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";

type Props = { examples: Record<Language, string>; html?: Record<Language, string> };

const LAST = LANGUAGES.length - 1;

/** Returns the place of the tab that a key leads to (WAI-ARIA's pattern for tabs). */
function placeAfter(key: string, place: number): number | undefined {
  if (key === "ArrowRight") return place === LAST ? 0 : place + 1;
  if (key === "ArrowLeft") return place === 0 ? LAST : place - 1;
  if (key === "Home") return 0;
  if (key === "End") return LAST;
  return undefined;
}

/**
 * Shows one request in four languages. A choice holds for all examples of the product. Without
 * JavaScript all of them are visible (globals.css). Base UI's tabs would be 16 kB of compressed
 * code on the list of keys.
 */
export function RequestTabs({ examples, html }: Props) {
  const [chosen, choose] = useLanguage();
  const id = useId();
  function move(event: KeyboardEvent<HTMLDivElement>) {
    const place = placeAfter(event.key, LANGUAGES.indexOf(chosen));
    const language = place !== undefined && LANGUAGES[place];
    if (!language) return;
    event.preventDefault();
    choose(language);
    event.currentTarget.querySelectorAll("button")[place]?.focus();
  }
  return (
    <div className="min-w-0">
      <div
        role="tablist"
        aria-label="Language"
        onKeyDown={move}
        className="mb-2 flex gap-1 overflow-x-auto noscript:hidden"
      >
        {LANGUAGES.map((language) => (
          <button
            key={language}
            type="button"
            role="tab"
            id={`${id}-${language}`}
            aria-controls={`${id}-${language}-example`}
            aria-selected={language === chosen}
            tabIndex={language === chosen ? 0 : -1}
            onClick={() => choose(language)}
            className="h-8 rounded-lg px-2.5 font-medium text-[0.8125rem] text-muted -outline-offset-2 transition-colors hover:text-ink aria-selected:bg-hover aria-selected:text-ink"
          >
            {language}
          </button>
        ))}
      </div>
      {LANGUAGES.map((language) => (
        <div
          key={language}
          role="tabpanel"
          id={`${id}-${language}-example`}
          aria-labelledby={`${id}-${language}`}
          hidden={language !== chosen}
        >
          <CodeBlock code={examples[language]} html={html?.[language]} label={EXAMPLE_FILES[language]} />
        </div>
      ))}
    </div>
  );
}
