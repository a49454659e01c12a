import { LANGUAGES, type Method, requestExamples } from "#components/request-examples/request-examples.ts";
import { RequestTabs } from "#components/request-examples/request-tabs.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";

/** The request in tabs; without JavaScript, where tabs can't be opened, the other languages stand below the first. */
export function DocumentedExamples({ baseUrl, method }: { baseUrl: string; method?: Method }) {
  const examples = requestExamples({ baseUrl, method });
  return (
    <>
      <RequestTabs examples={examples} />
      <noscript>
        <div className="flex flex-col gap-3">
          {LANGUAGES.slice(1).map((language) => (
            <CodeBlock key={language} code={examples[language]} label={language} />
          ))}
        </div>
      </noscript>
    </>
  );
}
