"use client";

import { Tabs } from "@base-ui/react/tabs";
import { EXAMPLE_FILES, LANGUAGES, type Language } from "#components/request-examples/language.ts";
import { useLanguage } from "#components/request-examples/use-language.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";

type Props = { examples: Record<Language, string>; html?: Record<Language, string> };

/**
 * Shows one request in four languages. A choice holds for all examples of the product. Without
 * JavaScript all of them are visible (globals.css).
 */
export function RequestTabs({ examples, html }: Props) {
  const [chosen, choose] = useLanguage();
  return (
    <Tabs.Root value={chosen} onValueChange={choose} className="min-w-0">
      <Tabs.List className="mb-2 flex gap-1 overflow-x-auto noscript:hidden" aria-label="Language">
        {LANGUAGES.map((language) => (
          <Tabs.Tab
            key={language}
            value={language}
            className="h-8 rounded-lg px-2.5 font-medium text-[0.8125rem] text-muted transition-colors hover:text-ink data-active:bg-hover data-active:text-ink"
          >
            {language}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {LANGUAGES.map((language) => (
        <Tabs.Panel key={language} value={language} keepMounted className="rounded-xl outline-offset-2">
          <CodeBlock code={examples[language]} html={html?.[language]} label={EXAMPLE_FILES[language]} />
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  );
}
