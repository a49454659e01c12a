"use client";

import { Tabs } from "@base-ui/react/tabs";
import { LANGUAGES, type Language } from "#components/request-examples/request-examples.ts";
import { CodeBlock } from "#components/ui/code-block.tsx";

const FILES: Record<Language, string> = {
  cURL: "Terminal",
  Python: "generate.py",
  JavaScript: "generate.mjs",
  Go: "main.go",
};

/**
 * Shows one request in four languages. Without JavaScript all of them are visible (globals.css).
 */
export function RequestTabs({ examples }: { examples: Record<Language, string> }) {
  return (
    <Tabs.Root defaultValue={LANGUAGES[0]} className="min-w-0">
      <Tabs.List className="mb-2 flex gap-1 overflow-x-auto" aria-label="Language">
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
          <CodeBlock code={examples[language]} label={FILES[language]} />
        </Tabs.Panel>
      ))}
    </Tabs.Root>
  );
}
