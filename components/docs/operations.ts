import { curlExample } from "#components/docs/curl-example.ts";
import { type Field, OpenApiReader, type Operation } from "#components/docs/open-api.ts";
import { anchorOf } from "#components/docs/sections.ts";

type FieldGroup = { title: string; note?: string; fields: Field[] };

/** One route of the reference, as its page and its Markdown show it. */
export type DescribedOperation = {
  id: string;
  summary: string;
  method: string;
  path: string;
  description: string | undefined;
  groups: FieldGroup[];
  /** Only codes: the errors page explains each of them once. */
  errors: { status: string; code: string }[];
  examples: { title: string; language: "bash" | "json"; code: string }[];
};

/** Lists every route of an OpenAPI document with requests for `baseUrl`. */
export function describeOperations(document: object, baseUrl: string): DescribedOperation[] {
  const reader = new OpenApiReader(document);
  return reader.operations().map(({ method, path, operation }) => ({
    id: anchorOf(operation.summary),
    summary: operation.summary,
    method,
    path,
    description: operation.description,
    groups: groupsOf(reader, operation),
    errors: Object.entries(operation.responses)
      .filter(([status]) => !status.startsWith("2"))
      .flatMap(([status, { content }]) =>
        Object.keys(content?.["application/json"].examples ?? {}).map((code) => ({ status, code })),
      ),
    examples: [
      {
        title: "Request",
        language: "bash",
        code: curlExample(`${baseUrl}${path}`, method, reader.example(operation.requestBody?.content, { all: false })),
      },
      ...successes(operation).flatMap(([status, { content }]) =>
        content
          ? [
              {
                title: `Response ${status}`,
                language: "json" as const,
                code: JSON.stringify(reader.example(content, { all: true }), null, 2),
              },
            ]
          : [],
      ),
    ],
  }));
}

/**
 * Returns an example of a route's successful response, with the properties that are always there.
 */
export function exampleResponse(document: object, operationId: string): string {
  const reader = new OpenApiReader(document);
  const found = reader.operations().find(({ operation }) => operation.operationId === operationId);
  const [, response] = (found && successes(found.operation)[0]) ?? [];
  return JSON.stringify(reader.example(response?.content, { all: false }), null, 2);
}

function successes({ responses }: Operation) {
  return Object.entries(responses).filter(([status]) => status.startsWith("2"));
}

function groupsOf(reader: OpenApiReader, operation: Operation): FieldGroup[] {
  const groups: FieldGroup[] = [
    { title: "Parameters", fields: reader.parameterFields(operation.parameters) },
    { title: "Body", fields: reader.bodyFields(operation.requestBody?.content) },
    ...successes(operation).map(([status, { description, content, headers }]) => ({
      title: `Response ${status}`,
      note: `${description}.`,
      // Required says what a caller must send.
      fields: [...reader.headerFields(headers), ...reader.bodyFields(content)].map((field) => ({
        ...field,
        required: false,
      })),
    })),
  ];
  return groups.filter(({ fields, note }) => fields.length > 0 || note);
}
