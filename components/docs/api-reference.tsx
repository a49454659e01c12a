import { Fragment, type ReactNode } from "react";
import { curlExample } from "#components/docs/curl-example.ts";
import { DocsLink, InlineCode } from "#components/docs/docs-page.tsx";
import { type Field, OpenApiReader, type Operation } from "#components/docs/open-api.ts";
import { Badge } from "#components/ui/badge.tsx";
import { CodeBlock } from "#components/ui/code-block.tsx";

type Props = { document: object; baseUrl: string };

/**
 * Documents every route of the OpenAPI document: parameters and responses on the left, code on the
 * right.
 */
export function ApiReference({ document, baseUrl }: Props) {
  const reader = new OpenApiReader(document);
  return reader.operations().map(({ method, path, operation }) => (
    <section
      key={operation.operationId}
      aria-labelledby={operation.operationId}
      className="grid gap-x-12 gap-y-6 border-line border-t py-10 first-of-type:mt-10 lg:grid-cols-2"
    >
      <div className="min-w-0">
        <h2 id={operation.operationId} className="scroll-mt-20 text-balance font-semibold text-xl tracking-tight">
          <a href={`#${operation.operationId}`}>{operation.summary}</a>
        </h2>
        <p className="mt-2 flex flex-wrap items-center gap-2">
          <Badge tone="accent">{method}</Badge>
          <code className="break-all font-mono text-[0.8125rem]">{path}</code>
        </p>
        {operation.description && <p className="mt-3 text-pretty text-muted">{operation.description}</p>}
        <Fields title="Parameters" fields={reader.parameterFields(operation.parameters)} />
        <Fields title="Body" fields={reader.bodyFields(operation.requestBody?.content)} />
        <Answers reader={reader} operation={operation} />
      </div>
      <div className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-20 lg:self-start">
        <CodeBlock
          label="Request"
          code={curlExample(
            `${baseUrl}${path}`,
            method,
            reader.example(operation.requestBody?.content, { all: false }),
          )}
        />
        {successes(operation).map(([status, { content }]) =>
          content ? (
            <CodeBlock
              key={status}
              label={`Answer ${status}`}
              code={JSON.stringify(reader.example(content, { all: true }), null, 2)}
            />
          ) : null,
        )}
      </div>
    </section>
  ));
}

function successes({ responses }: Operation) {
  return Object.entries(responses).filter(([status]) => status.startsWith("2"));
}

/** Lists errors by code only. The errors page explains each of them once. */
function Answers({ reader, operation }: { reader: OpenApiReader; operation: Operation }) {
  const errors = Object.entries(operation.responses).filter(([status]) => !status.startsWith("2"));
  return (
    <>
      {successes(operation).map(([status, { description, content, headers }]) => (
        <Fields
          key={status}
          title={`Answer ${status}`}
          note={`${description}.`}
          fields={[...reader.headerFields(headers), ...reader.bodyFields(content)]}
        />
      ))}
      <h3 className="mt-6 font-medium">Errors</h3>
      <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1.5 text-[0.8125rem]">
        {errors.map(([status, { content }]) => (
          <li key={status}>
            <DocsLink href="/docs/errors#codes">
              {status} {content?.["application/json"].example?.error?.code}
            </DocsLink>
          </li>
        ))}
      </ul>
    </>
  );
}

function Fields({ title, note, fields }: { title: string; note?: string; fields: Field[] }) {
  if (fields.length === 0 && !note) return null;
  return (
    <>
      <h3 className="mt-6 font-medium">{title}</h3>
      {note && <p className="mt-1 text-muted">{note}</p>}
      {fields.length > 0 && (
        <dl className="mt-2 divide-y divide-line rounded-xl border border-line bg-surface text-[0.8125rem]">
          {fields.map(({ name, type, note, required, description }) => (
            <div key={name} className="px-4 py-3">
              <dt className="flex flex-wrap items-baseline gap-x-2 gap-y-1">
                <code className="break-all font-medium font-mono">{name}</code>
                <span className="text-muted">{type}</span>
                {note && <span className="text-muted">{note}</span>}
                {required && !title.startsWith("Answer") && <Badge tone="warning">required</Badge>}
              </dt>
              {description && <dd className="mt-1 text-pretty text-muted">{withCode(description)}</dd>}
            </div>
          ))}
        </dl>
      )}
    </>
  );
}

/** Shows text between backticks as code. */
function withCode(text: string): ReactNode {
  return text
    .split("`")
    .map((part, i) => <Fragment key={part + String(i)}>{i % 2 ? <InlineCode>{part}</InlineCode> : part}</Fragment>);
}
