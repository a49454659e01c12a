import { fence } from "#components/docs/markdown-text.ts";
import { EXAMPLE_FILES, LANGUAGES, type Language } from "#components/request-examples/language.ts";
import { requestExamples } from "#components/request-examples/request-examples.ts";

const NAMES = { cURL: "bash", Python: "python", JavaScript: "javascript", Go: "go" } as const;

/** Returns the request for an image as Markdown. */
export function requestFences(options: Parameters<typeof requestExamples>[0]): string {
  return exampleFences(requestExamples(options));
}

/** Returns an example as Markdown: a block of code in each language. */
export function exampleFences(examples: Record<Language, string>): string {
  return LANGUAGES.map((language) => fence(NAMES[language], EXAMPLE_FILES[language], examples[language])).join("\n\n");
}
