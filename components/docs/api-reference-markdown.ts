import { fence } from "#components/docs/markdown-text.ts";
import type { DescribedOperation } from "#components/docs/operations.ts";

export const API_REFERENCE_LEAD =
  "Every route, from the definitions that answer requests. Your tools can read the [OpenAPI 3.1 document](/api/v1/openapi.json). [Authentication](/docs/authentication) says how to send a key.";

/** Writes the reference as Markdown, with everything that `ApiReference` shows. */
export function apiReferenceMarkdown(operations: DescribedOperation[]): string {
  return [API_REFERENCE_LEAD, ...operations.map(operationMarkdown)].join("\n\n");
}

function operationMarkdown({ summary, method, path, description, groups, errors, examples }: DescribedOperation) {
  return [
    `## ${summary}`,
    `\`${method} ${path}\``,
    ...(description ? [description] : []),
    ...groups.flatMap(({ title, note, fields }) => [
      `### ${title}`,
      ...(note ? [note] : []),
      ...(fields.length > 0 ? [fields.map(fieldMarkdown).join("\n")] : []),
    ]),
    "### Errors",
    errors.map(({ status, code }) => `- [${status} ${code}](/docs/errors#all-codes)`).join("\n"),
    "### Examples",
    ...examples.map(({ title, language, code }) => fence(language, title, code)),
  ].join("\n\n");
}

function fieldMarkdown({
  name,
  type,
  note,
  required,
  description,
}: DescribedOperation["groups"][number]["fields"][number]) {
  const facts = [type, note, required ? "required" : ""].filter(Boolean).join(", ");
  return `- \`${name}\` (${facts})${description ? `: ${description}` : ""}`;
}
